// Deadlocks under schedules drawn from seeds: a circle never lasts until a deadline, and where there is none
// nobody is failed for one. TROUPE_DEADLOCK_SCHEDULES sets another number of schedules.
#include <cstdint>
#include <cstdlib>
#include <memory>

#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Reason;
using troupe::Reply;
using troupe::Task;

std::uint64_t schedules() {
  const char* text = std::getenv("TROUPE_DEADLOCK_SCHEDULES");
  return text ? std::strtoull(text, nullptr, 10) : 1000;
}

/// What became of the asks. Shared, since actors outlive the scenario's body where a run is cut short.
struct Outcomes {
  std::uint64_t answered = 0;
  std::uint64_t deadlocks = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t reports = 0;

  template <class Outcome>
  void add(const Outcome& outcome) {
    if (outcome) {
      ++answered;
    } else if (outcome.error().reason() == Reason::deadlock) {
      ++deadlocks;
    } else if (outcome.error().reason() == Reason::timeout) {
      ++timeouts;
    }
  }
};
using Shared = std::shared_ptr<Outcomes>;

struct Clerk {
  explicit Clerk(Shared to) : outcomes(std::move(to)) {}
  void on(const troupe::Deadlock&) { ++outcomes->reports; }
  Shared outcomes;
};

// --- with circles -----------------------------------------------------------------------------------------

struct Go {};
struct Lend {};

/// Sits between two others, and asks its right one; who is asked has to ask on first, now and then.
class Philosopher : public troupe::Actor<Philosopher> {
 public:
  explicit Philosopher(Shared outcomes) : outcomes_(std::move(outcomes)) {}
  struct Meet {
    troupe::Ref<Philosopher> right;
  };
  void on(Meet message) { right_ = message.right; }
  Task<> on(Go) {
    const auto lent = co_await right_.try_ask(Lend{});
    outcomes_->add(lent);
  }
  Task<int> on(Lend) {
    if (random() % 3 == 0) co_return 1;
    const auto lent = co_await right_.try_ask(Lend{});
    outcomes_->add(lent);
    co_return lent ? *lent + 1 : 0;
  }

 private:
  Shared outcomes_;
  troupe::Ref<Philosopher> right_;
};

TEST(SimulatedDeadlocks, NoCircleLastsUntilADeadline) {
  const auto result = explore({.name = "philosophers", .schedules = schedules() / 2}, [](Simulation& sim) {
    const auto outcomes = std::make_shared<Outcomes>();
    sim.system().subscribe_deadlocks(sim.spawn<Clerk>(outcomes));
    std::vector<troupe::Ref<Philosopher>> table;
    for (int i = 0; i < 4; ++i) table.push_back(sim.spawn<Philosopher>(outcomes));
    for (std::size_t i = 0; i < table.size(); ++i)
      table[i].tell(Philosopher::Meet{table[(i + 1) % table.size()]});
    for (int round = 0; round < 3; ++round) {
      for (const auto& one : table) one.tell<Go>();
    }
    sim.run();
    sim.check(outcomes->timeouts == 0, "no ask waits until its deadline");
    sim.check(outcomes->reports == outcomes->deadlocks, "each ask that was failed was reported");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

// --- without ----------------------------------------------------------------------------------------------

struct Climb {
  std::uint32_t depth = 0;
};
struct Keep {};
struct AnswerNow {};
struct Hand {
  Reply<int> reply;
};
struct AnswerAndAskBack {
  troupe::Ref<class Pilgrim> whom;
};

/// Asks upwards only, in one of several ways.
class Step : public troupe::Actor<Step> {
 public:
  Step(Shared outcomes, std::vector<troupe::Ref<Step>> above)
      : outcomes_(std::move(outcomes)), above_(std::move(above)) {}

  Task<int> on(const Climb& climb) {
    if (climb.depth == 0 || above_.empty()) co_return 1;
    const auto one = above_[random() % above_.size()];
    const auto other = above_[random() % above_.size()];
    switch (random() % 5) {
      case 0: {
        auto two = troupe::all(one.try_ask(Climb{climb.depth - 1}), other.try_ask(Climb{climb.depth - 1}));
        auto [first, second] = co_await std::move(two);
        outcomes_->add(first);
        outcomes_->add(second);
        co_return 2;
      }
      case 1: {
        const auto answer = co_await one.try_ask(Climb{climb.depth - 1}).within(1ms);
        if (!answer && answer.error().reason() == Reason::deadlock) ++outcomes_->deadlocks;
        co_return 1;
      }
      case 2: {
        auto two = troupe::first(one.try_ask(Keep{}), other.try_ask(Climb{climb.depth - 1}));
        const auto answer = co_await std::move(two);
        co_return static_cast<int>(answer.index());
      }
      case 3: {
        const auto answer = co_await one.try_ask(Keep{});
        outcomes_->add(answer);
        co_return 3;
      }
      default: {
        const auto answer = co_await one.try_ask(Climb{climb.depth - 1});
        outcomes_->add(answer);
        co_return 4;
      }
    }
  }
  void on(Keep, Reply<int> reply) {
    if (!above_.empty() && random() % 2 == 0) return above_.front().tell<Hand>(std::move(reply));
    kept_ = std::move(reply);
    self().tell<AnswerNow>();
  }
  void on(Hand message) { message.reply.answer(7); }
  void on(AnswerNow) { kept_.answer(8); }
  Task<> on(const AnswerAndAskBack& message, Reply<int> reply);

 private:
  Shared outcomes_;
  std::vector<troupe::Ref<Step>> above_;
  Reply<int> kept_;
};

class Pilgrim : public troupe::Actor<Pilgrim> {
 public:
  Pilgrim(Shared outcomes, std::vector<troupe::Ref<Step>> stairs)
      : outcomes_(std::move(outcomes)), stairs_(std::move(stairs)) {}
  Task<> on(Go) {
    const auto step = stairs_[random() % stairs_.size()];
    for (int i = 0; i < 3; ++i) {
      const auto answer = co_await step.try_ask(Climb{3});
      outcomes_->add(answer);
    }
    const auto answer = co_await step.try_ask(AnswerAndAskBack{self()});
    outcomes_->add(answer);
  }
  int on(Lend) const { return 1; }

 private:
  Shared outcomes_;
  std::vector<troupe::Ref<Step>> stairs_;
};

Task<> Step::on(const AnswerAndAskBack& message, Reply<int> reply) {
  reply.answer(5);
  const auto answer = co_await message.whom.try_ask(Lend{});
  outcomes_->add(answer);
}

void climb(Simulation& sim) {
  const auto outcomes = std::make_shared<Outcomes>();
  sim.system().subscribe_deadlocks(sim.spawn<Clerk>(outcomes));
  std::vector<troupe::Ref<Step>> stairs;
  for (int i = 0; i < 5; ++i) stairs.push_back(sim.spawn<Step>(outcomes, stairs));
  for (int i = 0; i < 4; ++i) sim.spawn<Pilgrim>(outcomes, stairs).tell<Go>();
  sim.run();
  sim.check(outcomes->deadlocks == 0 && outcomes->reports == 0, "nobody is failed for a deadlock");
}

TEST(SimulatedDeadlocks, WhereThereIsNoCircleNobodyIsFailedForOne) {
  const auto result = explore({.name = "stairs", .schedules = schedules() / 2}, climb);
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedDeadlocks, WhereActorsAreKilledNobodyIsFailedForOne) {
  const auto result =
      explore({.name = "crumbling-stairs", .schedules = schedules() / 2, .faults = {.kill = 0.02}}, climb);
  EXPECT_TRUE(result.passed()) << result.report();
}

}  // namespace

// Bounded mailboxes, and those who wait for room, under schedules and crashes drawn from seeds.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Task;

constexpr std::uint64_t per_sender = 30;

struct Parcel {
  std::uint32_t sender = 0;
  std::uint64_t number = 0;
};
struct Weigh {
  std::uint32_t sender = 0;
  std::uint64_t number = 0;
};
struct Go {};

/// What became of each message of one sender. Shared, since actors outlive the scenario's body where a run is
/// cut short.
struct Ledger {
  std::vector<std::uint64_t> handled;
  std::vector<std::uint64_t> accepted;  ///< by a delivery, a tell that was accepted, or an answer
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;  ///< asks whose handler crashed; what was delivered may have, too
};
using Ledgers = std::vector<Ledger>;

class Depot : public troupe::Actor<Depot> {
 public:
  explicit Depot(std::shared_ptr<Ledgers> ledgers) : ledgers_(std::move(ledgers)) {}

  void on(const Parcel& parcel) { note(parcel.sender, parcel.number); }
  std::uint64_t on(const Weigh& weigh) {
    note(weigh.sender, weigh.number);
    return weigh.number;
  }

 private:
  void note(std::uint32_t sender, std::uint64_t number) { (*ledgers_)[sender].handled.push_back(number); }
  std::shared_ptr<Ledgers> ledgers_;
};

class Carrier : public troupe::Actor<Carrier> {
 public:
  Carrier(std::shared_ptr<Ledgers> ledgers, std::uint32_t number, troupe::Ref<Depot> depot)
      : ledgers_(std::move(ledgers)), number_(number), depot_(depot) {}

  Task<> on(Go) {
    Ledger& mine = (*ledgers_)[number_];
    for (std::uint64_t i = 1; i <= per_sender; ++i) {
      switch (random() % 3) {
        case 0: {
          auto told = depot_.try_tell<Parcel>(number_, i);
          if (told) {
            mine.accepted.push_back(i);
          } else {
            ++mine.refused;
          }
          break;
        }
        case 1: {
          auto delivered = co_await depot_.try_deliver<Parcel>(number_, i);
          if (delivered) {
            mine.accepted.push_back(i);
          } else {
            ++mine.refused;
          }
          break;
        }
        default: {
          auto weighed = co_await depot_.try_ask<Weigh>(number_, i);
          if (weighed) {
            mine.accepted.push_back(i);
          } else {
            ++mine.failed;
          }
        }
      }
    }
  }

 private:
  std::shared_ptr<Ledgers> ledgers_;
  std::uint32_t number_;
  troupe::Ref<Depot> depot_;
};

/// Four carriers, and a depot that its supervisor restarts.
void carry(Simulation& sim, const troupe::Mailbox& mailbox) {
  const auto ledgers = std::make_shared<Ledgers>(4);
  const auto yard = sim.system().supervise({.intensity = {.restarts = 1'000'000}});
  const auto depot = yard.spawn<Depot>({.mailbox = mailbox}, ledgers);
  std::vector<troupe::Ref<Carrier>> carriers;
  for (std::uint32_t i = 0; i < ledgers->size(); ++i) {
    carriers.push_back(sim.spawn<Carrier>(ledgers, i, depot));
    sim.spare(carriers.back());
    carriers.back().tell<Go>();
  }
  sim.always("no more wait than the bound says", [&sim, capacity = mailbox.capacity, depot] {
    for (const auto& one : sim.system().tree()) {
      if (one.path == depot.path() && one.mailbox_depth > capacity) return false;
    }
    return true;
  });
  sim.run();
  std::uint64_t lost = 0;
  for (const Ledger& one : *ledgers) {
    sim.check(std::is_sorted(one.handled.begin(), one.handled.end()), "each sender's messages stay in order");
    sim.check(one.accepted.size() + one.refused + one.failed == per_sender,
              "each sender hears of each message");
    lost += one.accepted.size();
    for (const std::uint64_t number : one.handled)
      lost -= std::find(one.accepted.begin(), one.accepted.end(), number) != one.accepted.end() ? 1 : 0;
  }
  const auto dead = sim.system().dead_letters();
  sim.check(lost <= dead[troupe::Undelivered::failed] + dead[troupe::Undelivered::overflow],
            "what was accepted is handled, or a dead letter");
}

TEST(SimulatedBackpressure, LosesAndReordersNothingThatWasAccepted) {
  for (const std::uint32_t bound : {1u, 2u, 5u}) {
    const auto result = explore({.name = "depot", .seed = bound, .schedules = 150},
                                [bound](Simulation& sim) { carry(sim, troupe::bounded(bound)); });
    EXPECT_TRUE(result.passed()) << result.report();
  }
}

TEST(SimulatedBackpressure, LosesOnlyWhatWasInHandAtACrash) {
  for (const std::uint32_t bound : {1u, 3u}) {
    const auto result = explore({.name = "crashing-depot",
                                 .seed = bound,
                                 .schedules = 150,
                                 .handlers_may_throw = true,
                                 .faults = {.crash = 0.05, .stall = 0.01}},
                                [bound](Simulation& sim) { carry(sim, troupe::bounded(bound)); });
    EXPECT_TRUE(result.passed()) << result.report();
  }
}

TEST(SimulatedBackpressure, DropsTheOldestWithoutMixingUpTheRest) {
  const auto result = explore({.name = "dropping-depot", .schedules = 150},
                              [](Simulation& sim) { carry(sim, troupe::bounded(2, troupe::drop_oldest)); });
  EXPECT_TRUE(result.passed()) << result.report();
}

/// A pipeline of stages, each with room for one message: all come out, in order.
class Stage : public troupe::Actor<Stage> {
 public:
  Stage(troupe::Ref<Stage> next, std::shared_ptr<Ledgers> ledgers)
      : next_(next), ledgers_(std::move(ledgers)) {}
  Task<> on(const Parcel& parcel) {
    if (!next_) {
      ledgers_->front().handled.push_back(parcel.number);
    } else {
      co_await next_.deliver<Parcel>(parcel.sender, parcel.number);
    }
  }
  Task<> on(Go) {
    for (std::uint64_t i = 1; i <= per_sender; ++i) co_await next_.deliver<Parcel>(0u, i);
  }

 private:
  troupe::Ref<Stage> next_;
  std::shared_ptr<Ledgers> ledgers_;
};

TEST(SimulatedBackpressure, APipelineOfNarrowStagesRunsDryInEverySchedule) {
  const auto result = explore({.name = "pipeline", .schedules = 300}, [](Simulation& sim) {
    const auto ledgers = std::make_shared<Ledgers>(1);
    troupe::Ref<Stage> stage;
    for (int i = 0; i < 5; ++i)
      stage = sim.system().spawn<Stage>({.mailbox = troupe::bounded(1)}, stage, ledgers);
    stage.tell<Go>();
    sim.run();
    sim.check(ledgers->front().handled.size() == per_sender, "all have come through");
    sim.check(std::is_sorted(ledgers->front().handled.begin(), ledgers->front().handled.end()), "in order");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

}  // namespace

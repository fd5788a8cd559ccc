// Goal: 10 million asks of a busy system that has no circles (TROUPE_STRESS_ASKS; default: what fits into the
// given seconds), and not one of them is called a deadlock. And where each part of an all() is in a circle of
// its own, each of these is found, whoever comes to rest last.
//
// Method: actors have ranks, and an exclusive turn asks upwards only. By chance it asks one, two at once,
// with a short deadline, the first of two, or one that passes its Reply on upwards or keeps it for a turn;
// some that have been asked answer first and then ask their client back. Others are killed and replaced
// meanwhile.
#include <array>
#include <mutex>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

constexpr std::size_t ranks = 48;
constexpr std::size_t clients = 64;

class Node;
class Client;

struct Work {
  std::uint32_t depth;
};
struct Deferred {
  std::uint32_t depth;
};
struct PassedOn {
  Reply<std::uint64_t> reply;
};
struct AnswerNow {};
struct AnswerAndAskBack {
  Ref<Client> client;
};
struct Go {};
struct Hello {};

/// Whoever it says "deadlock" of ends the test.
class Listener final : public Log {
 public:
  void write(LogLevel, std::string_view line) noexcept override {
    if (line.find("deadlock") == line.npos) return;
    alarms.fetch_add(1);
    std::fprintf(stderr, "%.*s\n%s\n", static_cast<int>(line.size()), line.data(),
                 Settings::get().command().c_str());
  }
  std::atomic<int> alarms{0};
};

class Tower {
 public:
  explicit Tower(System& system) : system_(system) {}
  void build();
  /// One of a higher rank.
  Ref<Node> above(std::size_t rank, Random& random) {
    const std::size_t which = rank + 1 + random.below(ranks - rank);
    const std::lock_guard lock(mutex_[which % mutex_.size()]);
    return nodes_[which];
  }
  void replace(std::size_t rank, Random& random);
  bool over() const {
    return asks.load(std::memory_order_relaxed) >= limit_ || (limit_ == ~0ULL && timer_.over());
  }
  std::atomic<std::uint64_t> asks{0}, failed{0}, back{0}, passed_on{0};

 private:
  System& system_;
  const std::uint64_t limit_ = number_from("TROUPE_STRESS_ASKS", ~0ULL);
  const Timer timer_;
  std::array<std::mutex, 16> mutex_;
  std::array<Ref<Node>, ranks + 1> nodes_;
};

class Node : public Actor<Node> {
 public:
  Node(Tower& tower, std::size_t rank) : tower_(tower), rank_(rank), random_(self().id()) {}

  Task<std::uint64_t> on(const Work& work) {
    if (work.depth == 0 || rank_ == ranks) co_return 1;
    const std::uint32_t below = work.depth - 1;
    const Ref<Node> one = tower_.above(rank_, random_);
    const Ref<Node> other = tower_.above(rank_, random_);
    count(1);
    switch (random_.below(6)) {
      case 0: {
        count(1);
        auto two = all(one.try_ask(Work{below}), other.ask(Work{below}));
        auto [first_answer, second_answer] = co_await std::move(two);
        co_return second_answer + (first_answer ? *first_answer : 0);
      }
      case 1: {
        const auto answer = co_await one.try_ask(Work{below}).within(std::chrono::milliseconds(1));
        co_return answer ? *answer : 0;
      }
      case 2: {
        count(1);
        auto two = first(one.ask(Work{below}), other.ask(Work{below}));
        const auto answer = co_await std::move(two);
        co_return answer.index() + 1;
      }
      case 3: {
        const auto answer = co_await one.try_ask(Deferred{below});
        co_return answer ? *answer : 0;
      }
      default: {
        const auto answer = co_await one.ask(Work{below});
        co_return answer + 1;
      }
    }
  }
  void on(const Deferred& message, Reply<std::uint64_t> reply) {
    if (rank_ == ranks) return reply.answer(1u);
    if (message.depth % 2 == 0) {
      tower_.passed_on.fetch_add(1, std::memory_order_relaxed);
      return tower_.above(rank_, random_).tell<PassedOn>(std::move(reply));
    }
    kept_ = std::move(reply);  // one that it has still is dropped
    self().tell(AnswerNow{});
  }
  void on(PassedOn message) { message.reply.answer(2u); }
  void on(AnswerNow) { kept_.answer(3u); }
  Task<> on(const AnswerAndAskBack& message, Reply<std::uint64_t> reply);

 private:
  void count(std::uint64_t asks) { tower_.asks.fetch_add(asks, std::memory_order_relaxed); }
  Tower& tower_;
  std::size_t rank_;
  Random random_;
  Reply<std::uint64_t> kept_;
};

class Client : public Actor<Client> {
 public:
  explicit Client(Tower& tower) : tower_(tower), random_(self().id()) {}

  Task<> on(Go) {
    const Ref<Node> node = tower_.above(0, random_);
    tower_.asks.fetch_add(1, std::memory_order_relaxed);
    if (random_.below(4) == 0) {
      // Whoever asks back is answered by the next turn, and then the next job begins.
      const auto answer = co_await node.try_ask(AnswerAndAskBack{self()});
      if (answer) co_return;
      tower_.failed.fetch_add(1, std::memory_order_relaxed);
    } else if (const auto answer = co_await node.try_ask(Work{4}); !answer) {
      tower_.failed.fetch_add(1, std::memory_order_relaxed);
    }
    next();
  }
  std::uint64_t on(Hello) {
    next();
    return 1;
  }

 private:
  void next() {
    if (random_.below(5'000) == 0) tower_.replace(1 + random_.below(ranks), random_);
    if (!tower_.over()) self().tell(Go{});
  }
  Tower& tower_;
  Random random_;
};

Task<> Node::on(const AnswerAndAskBack& message, Reply<std::uint64_t> reply) {
  reply.answer(1u);
  count(1);
  const auto answer = co_await message.client.try_ask(Hello{});
  if (answer) tower_.back.fetch_add(1, std::memory_order_relaxed);
}

void Tower::build() {
  for (std::size_t rank = 1; rank <= ranks; ++rank) nodes_[rank] = system_.spawn<Node>(*this, rank);
}
void Tower::replace(std::size_t rank, Random& random) {
  const Ref<Node> fresh = system_.spawn<Node>(*this, rank);
  Ref<Node> old;
  {
    const std::lock_guard lock(mutex_[rank % mutex_.size()]);
    old = std::exchange(nodes_[rank], fresh);
  }
  if (random.percent(50)) {
    old.stop();
  } else {
    old.kill();
  }
}

TEST(DeadlockStress, ABusySystemWithoutCirclesIsNeverCalledADeadlock) {
  Listener log;
  System system({.workers = std::max(4U, std::thread::hardware_concurrency()), .log = &log});
  Watchdog watchdog(system);
  Tower tower(system);
  tower.build();
  for (std::size_t i = 0; i < clients; ++i) system.spawn<Client>(tower).tell(Go{});
  std::uint64_t before = 0;
  while (!tower.over()) {
    std::this_thread::yield();
    const std::uint64_t asks = tower.asks.load();
    if (asks != before) watchdog.progress();
    before = asks;
  }
  EXPECT_TRUE(system.shutdown(std::chrono::hours(1)));
  EXPECT_EQ(log.alarms, 0);
  std::printf("  %llu asks, %llu asked back, %llu Replies passed on, %llu failed\n",
              static_cast<unsigned long long>(tower.asks.load()),
              static_cast<unsigned long long>(tower.back.load()),
              static_cast<unsigned long long>(tower.passed_on.load()),
              static_cast<unsigned long long>(tower.failed.load()));
}

class Patron;
struct AskBack {
  Ref<Patron> whom;
};
struct Touch {};
struct AskAll {};

class Helper {
 public:
  Task<int> on(AskBack message);
};

/// Asks all of its helpers at once, who each ask it back.
class Patron : public Actor<Patron> {
 public:
  explicit Patron(std::array<Ref<Helper>, 3> helpers) : helpers_(helpers) {}

  int on(Touch) { return 0; }
  Task<int> on(AskAll) {
    auto asks = all(helpers_[0].ask(AskBack{self()}), helpers_[1].ask(AskBack{self()}),
                    helpers_[2].ask(AskBack{self()}));
    const auto [first, second, third] = co_await std::move(asks);
    co_return first + second + third;
  }

 private:
  std::array<Ref<Helper>, 3> helpers_;
};

/// 1 if that was a deadlock.
Task<int> Helper::on(AskBack message) {
  const auto outcome = co_await message.whom.try_ask(Touch{});
  co_return !outcome && outcome.error().reason() == Reason::deadlock ? 1 : 0;
}

TEST(DeadlockStress, EachCircleThroughAPartOfAnAllIsFound) {
  System system({.workers = 3, .ask_deadline = Duration::max(), .log = &null_log()});
  Watchdog watchdog(system);
  std::array<Ref<Helper>, 3> helpers;
  for (auto& one : helpers) one = system.spawn<Helper>();
  const auto patron = system.spawn<Patron>(helpers);
  const Timer timer;
  std::uint64_t rounds = 0;
  // This thread begins the patron's turn in place, while the helpers run already: any of them may rest last.
  for (; !timer.over(); ++rounds) {
    ASSERT_EQ(patron.ask(AskAll{}).get(), 3) << Settings::get().command();
    watchdog.progress();
  }
  EXPECT_TRUE(system.shutdown(std::chrono::hours(1)));
  std::printf("  %llu rounds\n", static_cast<unsigned long long>(rounds));
}

}  // namespace
}  // namespace troupe::stress

// Actors that come to rest and look whether they wait for each other in a circle: one of them has to see it,
// and one await is failed. The lanes are the real ones; what is done around them follows src/deadlock
// (rest.cpp and circle.cpp), reduced to one edge an actor.
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "orders.hpp"
#include "scenarios.hpp"

namespace troupe::model {
namespace {

constexpr std::uint64_t waits = 2;
constexpr std::uint64_t look_bit = 1;
constexpr std::uint64_t pending = 1;
constexpr std::uint64_t answered = 2;

/// What may be left out, to see that it is needed.
struct Walking {
  bool fence = true;    ///< between the rest and the look
  bool notes = true;    ///< whoever is found awake is asked to look
  bool rereads = true;  ///< ... also if it woke after it had been found at rest
};

struct Waiter {
  ProductionLanes lanes;
  Atomic<std::uint64_t> waits_for{0};
  Atomic<std::uint64_t> edge{pending};
  Waiter* asked = nullptr;

  bool rests() const { return lanes.looks_suspended(); }
};

class Circle {
 public:
  Circle(std::size_t members, Walking walking) : members_(members), walking_(walking) {
    for (std::size_t i = 0; i < members_; ++i) {
      static_cast<void>(waiters_[i].lanes.try_revive());  // the token is its thread's
      waiters_[i].asked = &waiters_[(i + 1) % members_];
    }
  }
  Waiter& operator[](std::size_t i) { return waiters_[i]; }
  unsigned failed() const { return failed_; }

  /// Asks, and comes to rest.
  void wait(Waiter& me) {
    me.waits_for.store(waits | look_bit, release);
    rest(me);
  }
  void signal(Waiter& whom, ProductionLanes::Node& node) {
    // Whoever is given the token runs it: here the signaller himself.
    if (whom.lanes.send_signal(&node) == troupe::detail::Wake::schedule) rest(whom);
  }

 private:
  void rest(Waiter& me) {
    do {
      while (me.lanes.pop_signal([](auto*) {})) {
      }
    } while (!rest_waiting(me));
  }

  bool rest_waiting(Waiter& me) {
    const std::uint64_t word = me.waits_for.load(relaxed);
    if (word & look_bit) me.waits_for.store(word & ~look_bit, relaxed);
    if (!me.lanes.rest_suspended()) {
      if (word & look_bit) me.waits_for.store(word, relaxed);
      return false;
    }
    if (walking_.fence) fence(seq_cst);
    if ((word | me.waits_for.load(relaxed)) & look_bit) look(me);
    return true;
  }

  void look(Waiter& start) {
    Waiter* one = &start;
    do {
      if (one->waits_for.load(acquire) == 0 || one->edge.load(acquire) != pending) return;
      one = one->asked;
    } while (one != &start);
    do {
      if (!all_rest_or_will_look()) return;
      for (std::size_t i = 0; i < members_; ++i) {
        if (waiters_[i].edge.load(acquire) != pending) return;
      }
      if (all_rest()) return fail_first();
    } while (walking_.rereads);
  }

  void fail_first() {
    std::uint64_t expected = pending;
    if (waiters_[0].edge.compare_exchange_strong(expected, answered, acq_rel, relaxed)) ++failed_;
  }

  bool all_rest() const {
    for (std::size_t i = 0; i < members_; ++i) {
      if (!waiters_[i].rests()) return false;
    }
    return true;
  }
  bool all_rest_or_will_look() {
    for (std::size_t i = 0; i < members_; ++i) {
      Waiter& one = waiters_[i];
      if (one.rests()) continue;
      if (!walking_.notes) return false;
      one.waits_for.fetch_or(look_bit, acq_rel);
      if (walking_.fence) fence(seq_cst);
      if (!one.rests()) return false;
    }
    return true;
  }

  std::size_t members_;
  Walking walking_;
  std::array<Waiter, 3> waiters_;
  unsigned failed_ = 0;
};

Result circle_of(std::size_t members, bool with_signal, Walking walking, Options options) {
  options.name = with_signal ? "a circle, and a signal to one of it" : "a circle";
  return explore(options, [=](Machine& run) {
    ProductionLanes::Node signal;
    Circle circle(members, walking);
    for (std::size_t i = 0; i < members; ++i)
      run.thread("waiter " + std::to_string(i), [&circle, i] { circle.wait(circle[i]); });
    if (with_signal) run.thread("signaller", [&] { circle.signal(circle[0], signal); });
    run.join();
    run.check(circle.failed() == 1, "one of the circle sees it, and one await is failed");
  });
}

void expect_found(const Result& result) {
  EXPECT_TRUE(result.ok()) << result.failure << '\n' << result.interleaving;
  std::cout << "             " << result.executions << " executions\n";
}
void expect_missed(const Result& result) {
  EXPECT_NE(result.failure.find("one of the circle sees it"), std::string::npos) << result.failure;
  std::cout << "             found in execution " << result.executions << '\n';
}

TEST(DeadlockWalk, OfTwoThatComeToRestAtOneTimeFailsOne) {
  expect_found(circle_of(2, false, {}, {.preemptions = 3}));
}
TEST(DeadlockWalk, OfThreeThatComeToRestAtOneTimeFailsOne) {
  expect_found(circle_of(3, false, {}, {.preemptions = 2, .stale_reads = 2}));
}
TEST(DeadlockWalk, OfTwoWhileASignalWakesOneFailsOne) {
  expect_found(circle_of(2, true, {}, {.preemptions = 2, .stale_reads = 2}));
}
TEST(DeadlockWalk, WithoutTheFenceBothMissIt) {
  expect_missed(circle_of(2, false, {.fence = false}, {.preemptions = 2}));
}
TEST(DeadlockWalk, WithoutANoteForWhoeverIsAwakeAllMissIt) {
  expect_missed(circle_of(2, true, {.notes = false}, {.preemptions = 2, .stale_reads = 2}));
}
TEST(DeadlockWalk, GivingUpOnWhoeverWokeMeanwhileMissesIt) {
  expect_missed(circle_of(2, true, {.rereads = false}, {.preemptions = 2, .stale_reads = 2}));
}

}  // namespace
}  // namespace troupe::model

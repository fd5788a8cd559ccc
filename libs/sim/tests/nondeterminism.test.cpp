// What would make a run unrepeatable is found, and said.
#include <array>
#include <chrono>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;

struct Go {};
struct Sink {
  void on(Go) {}
};
using Sinks = std::vector<Ref<Sink>>;

ExploreOptions planted(std::uint64_t twice_every = 1) {
  return {.schedules = 40, .twice_every = twice_every, .quiet = true, .directory = {}, .command = "the-test"};
}

/// One actor sends to others as `choose` says.
template <class Chooser>
Exploration explore_choice() {
  return explore(planted(), [](Simulation& sim) {
    Sinks sinks;
    for (int i = 0; i < 8; ++i) sinks.push_back(sim.spawn<Sink>());
    sim.spawn<Chooser>(sinks).template tell<Go>();
    sim.run();
  });
}

struct Sane {
  Sinks sinks;
  void on(Go) {
    for (const auto& sink : sinks) sink.tell<Go>();
  }
};
TEST(Nondeterminism, IsNotSeenWhereThereIsNone) {
  const auto result = explore_choice<Sane>();
  EXPECT_TRUE(result.passed()) << result.report();
}

void expect_difference(const Exploration& result) {
  ASSERT_FALSE(result.passed());
  EXPECT_EQ(result.failure->kind, FailureKind::nondeterministic);
  EXPECT_PRED2(contains, result.failure->sentence, "they part at event");
  EXPECT_PRED2(contains, result.failure->history, "the first run:\n");
  EXPECT_PRED2(contains, result.failure->history, "the second run:\n");
}

struct ByClock {
  Sinks sinks;
  void on(Go) {
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    sinks[static_cast<std::size_t>(now / 100) % sinks.size()].tell<Go>();
  }
};
TEST(Nondeterminism, OfTheSystemClockIsReported) { expect_difference(explore_choice<ByClock>()); }

struct ByDevice {
  Sinks sinks;
  void on(Go) {
    std::random_device device;
    sinks[device() % sinks.size()].tell<Go>();
  }
};
TEST(Nondeterminism, OfRandomDeviceIsReported) { expect_difference(explore_choice<ByDevice>()); }

/// Hands out what was freed last, as most allocators do; those of sanitizers don't.
class NumberPool {
 public:
  std::size_t* take(std::size_t value) {
    std::size_t* const place = free_.back();
    free_.pop_back();
    *place = value;
    return place;
  }
  void put(std::size_t* place) { free_.push_back(place); }

 private:
  std::array<std::size_t, 8> places_{};
  std::vector<std::size_t*> free_ = [this] {
    std::vector<std::size_t*> all;
    for (std::size_t& place : places_) all.push_back(&place);
    return all;
  }();
};

struct ByPointer {
  Sinks sinks;
  void on(Go) {
    static NumberPool pool;
    std::vector<std::size_t*> taken;
    for (std::size_t i = 0; i < sinks.size(); ++i) taken.push_back(pool.take(i));
    for (const std::size_t* index : std::set(taken.begin(), taken.end())) sinks[*index].tell<Go>();
    for (std::size_t* const place : taken) pool.put(place);
  }
};
TEST(Nondeterminism, OfAnOrderByPointerIsReported) { expect_difference(explore_choice<ByPointer>()); }

struct Threader {
  Sinks sinks;
  void on(Go) {
    std::thread([] {}).join();
  }
};
TEST(Nondeterminism, ARawThreadIsRefusedWithASentence) {
  const auto result = explore_choice<Threader>();
  ASSERT_FALSE(result.passed());
  EXPECT_EQ(result.failure->kind, FailureKind::forbidden_call);
  EXPECT_PRED2(contains, result.failure->sentence, "called pthread_create");
  EXPECT_PRED2(contains, result.failure->sentence, "spawn an actor");
}

struct Sleeper {
  Sinks sinks;
  // A nanosecond: were it not refused, the test would fail at once instead of waiting.
  void on(Go) { std::this_thread::sleep_for(1ns); }  // sleeps: not at all, the call is refused
};
TEST(Nondeterminism, ASleepIsRefusedWithASentence) {
  const auto result = explore_choice<Sleeper>();
  ASSERT_FALSE(result.passed());
  EXPECT_EQ(result.failure->kind, FailureKind::forbidden_call);
  EXPECT_PRED2(contains, result.failure->sentence, "sleep");
  EXPECT_PRED2(contains, result.failure->sentence, "let time pass by after()");
}

TEST(Nondeterminism, ThreadsOutsideOfTurnsAreNobodysBusiness) {
  bool ran = false;
  Simulation sim;
  std::thread([&] { ran = true; }).join();
  EXPECT_TRUE(ran);
}

}  // namespace

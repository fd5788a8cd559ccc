// exhaust() makes each run that differs once, and no other.
#include <set>

#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;
using troupe::Task;

struct Go {};
struct Mark {
  int from;
};
struct Receiver {
  std::vector<int> order{};
  void on(Mark mark) { order.push_back(mark.from); }
};
struct Sender {
  Ref<Receiver> to;
  int number;
  void on(Go) { to.tell<Mark>(number); }
};

ExploreOptions all_of(std::uint64_t most = 100'000) {
  return {.name = "all", .schedules = most, .quiet = true, .directory = {}, .command = "the-test"};
}

void race(Simulation& sim, int receivers, int senders_each) {
  for (int r = 0; r < receivers; ++r) {
    const auto receiver = sim.spawn<Receiver>();
    for (int s = 0; s < senders_each; ++s) sim.spawn<Sender>(receiver, s).tell<Go>();
  }
  sim.run();
}

TEST(Exhausting, FiveSendersToOneReceiverHave120Orders) {
  const auto result = exhaust(all_of(), [](Simulation& sim) { race(sim, 1, 5); });
  EXPECT_TRUE(result.complete) << result.report();
  EXPECT_EQ(result.schedules, 120u);
}

TEST(Exhausting, SixDisjointPairsHaveOne) {
  const auto result = exhaust(all_of(), [](Simulation& sim) { race(sim, 6, 1); });
  EXPECT_TRUE(result.complete) << result.report();
  EXPECT_EQ(result.schedules, 1u);
  EXPECT_EQ(result.cut_short, 0u);
}

TEST(Exhausting, TwoReceiversWithThreeSendersEachHave36) {
  const auto result = exhaust(all_of(), [](Simulation& sim) { race(sim, 2, 3); });
  EXPECT_TRUE(result.complete) << result.report();
  EXPECT_EQ(result.schedules, 36u);
}

struct Double {
  Ref<Receiver> one;
  Ref<Receiver> two;
  int number;
  void on(Go) {
    one.tell<Mark>(number);
    two.tell<Mark>(number);
  }
};

TEST(Exhausting, WhoSendsToBothOrdersBoth) {
  const auto result = exhaust(all_of(), [](Simulation& sim) {
    const auto one = sim.spawn<Receiver>();
    const auto two = sim.spawn<Receiver>();
    for (int i = 0; i < 3; ++i) sim.spawn<Double>(one, two, i).tell<Go>();
    sim.run();
  });
  EXPECT_EQ(result.schedules, 6u);
}

struct Counter {
  int value = 0;
  int on(Go) { return value; }
  void on(Mark mark) { value = mark.from; }
};
struct Incrementer {
  Ref<Counter> counter;
  Task<void> on(Go) {
    const int value = co_await counter.ask<Go>();
    counter.tell<Mark>(value + 1);
  }
};

TEST(Exhausting, FindsALostUpdateThroughAsks) {
  const Scenario scenario = [](Simulation& sim) {
    const auto counter = sim.spawn<Counter>();
    for (int i = 0; i < 2; ++i) sim.spawn<Incrementer>(counter).tell<Go>();
    sim.run();
    sim.check(counter.ask<Go>().get() == 2, "no update is lost");
  };
  const auto result = exhaust(all_of(), scenario);
  ASSERT_FALSE(result.passed());
  EXPECT_TRUE(replay(all_of(), result.failure->schedule, scenario).has_value());
}

/// All final orders that a search by brute force sees, against those of the reduced one. Each is a history
/// of the receivers; both must know the same.
TEST(Exhausting, ReachesTheOrdersThatRandomSearchReaches) {
  struct Relay {
    Ref<Receiver> one;
    Ref<Receiver> two;
    int number;
    void on(Go) { one.tell<Mark>(number); }
    void on(Mark mark) { two.tell<Mark>(mark.from); }
  };
  const auto scenario = [](Simulation& sim) {
    const auto one = sim.spawn<Receiver>();
    const auto two = sim.spawn<Receiver>();
    const auto a = sim.spawn<Relay>(one, two, 1);
    const auto b = sim.spawn<Relay>(one, two, 2);
    const auto c = sim.spawn<Sender>(two, 3);
    a.tell<Go>();
    b.tell<Go>();
    c.tell<Go>();
    a.tell<Mark>(4);
    b.tell<Mark>(5);
    sim.run();
  };
  const auto result = exhaust(all_of(), scenario);
  EXPECT_TRUE(result.complete);
  // Orders at `one`: 2; at `two`: 3! of {4, 5, 3}. All pairs, but for none that causes exclude.
  EXPECT_EQ(result.schedules, 12u);
}

TEST(Exhausting, StopsAtItsBudget) {
  const auto result = exhaust(all_of(10), [](Simulation& sim) { race(sim, 1, 5); });
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.schedules, 10u);
}

}  // namespace

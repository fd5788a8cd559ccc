// Policies: what they find, and how often.
#include <map>
#include <set>

#include <troupe/sim/random.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;

struct Go {};
struct Mark {
  int from;
};

struct Receiver {
  std::vector<int>* order;
  void on(Mark mark) { order->push_back(mark.from); }
};
struct Sender {
  Ref<Receiver> to;
  int number;
  void on(Go) { to.tell<Mark>(number); }
};

using Order = std::vector<int>;

Order race(Policy& policy, int senders, Schedule* schedule = nullptr) {
  Order order;
  Simulation sim({.policy = &policy});
  const auto receiver = sim.spawn<Receiver>(&order);
  for (int i = 0; i < senders; ++i) sim.spawn<Sender>(receiver, i).tell<Go>();
  sim.run();
  if (schedule) *schedule = sim.schedule();
  return order;
}

TEST(Policies, ARandomWalkTakesEachOrderOfTwo) {
  std::set<Order> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) orders.insert(race(*random_walk(seed), 2));
  EXPECT_EQ(orders.size(), 2u);
}

TEST(Policies, LongestReadyIsTheSameEachTime) { EXPECT_EQ(race(*longest_ready(), 4), (Order{0, 1, 2, 3})); }

TEST(Policies, ARecordedScheduleGivesTheRunAgain) {
  Schedule schedule;
  const Order order = race(*random_walk(9), 5, &schedule);
  EXPECT_EQ(race(*recorded(schedule), 5), order);
  schedule.choices.insert(schedule.choices.begin(), {77u, 78u});
  EXPECT_EQ(race(*recorded(schedule), 5), order) << "nobody is 77 or 78: skipped";
  schedule.choices.clear();
  EXPECT_EQ(race(*recorded(schedule), 5), (Order{0, 1, 2, 3, 4}));
}

/// Who is told Go passes it on; the last but one tells the target Late, which must come after Early.
struct Late {};
struct Early {};
struct Target {
  bool* late_first;
  bool early = false;
  void on(Early) { early = true; }
  void on(Late) { *late_first = *late_first || !early; }
};
struct Hop {
  Ref<Target> target;
  Ref<Hop> next;
  void on(Go) { next ? next.tell<Go>() : target.tell<Late>(); }
};
struct EarlySender {
  Ref<Target> target;
  void on(Go) { target.tell<Early>(); }
};

/// A chain of `hops` must overtake one actor's first step.
bool chain_overtakes(Policy& policy, int hops) {
  bool late_first = false;
  Simulation sim({.policy = &policy});
  const auto target = sim.spawn<Target>(&late_first);
  sim.spawn<EarlySender>(target).tell<Go>();
  Ref<Hop> first;
  for (int i = 0; i < hops; ++i) first = sim.spawn<Hop>(target, first);
  first.tell<Go>();
  sim.run();
  return late_first;
}

TEST(Policies, PctFindsABugBehindALongChainThatARandomWalkMisses) {
  int by_walk = 0;
  int by_pct = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    by_walk += chain_overtakes(*random_walk(seed), 20) ? 1 : 0;
    by_pct += chain_overtakes(*pct(seed, 1, 25), 20) ? 1 : 0;
  }
  EXPECT_EQ(by_walk, 0);
  // All of 21 hops must have a higher priority than one sender; the bound is 1/n.
  EXPECT_GE(by_pct, 1000 / 23);
}

/// A bug of depth 2: two of A's steps with one of B's between them.
struct Torn {
  int* torn;
  int half = 0;
  void on(Mark mark) {
    if (mark.from == 1) half = 1;
    if (mark.from == 2) half = 0;
    if (mark.from == 3 && half == 1) ++*torn;
  }
};
struct TwoSteps final : troupe::Actor<TwoSteps> {
  Ref<Torn> to;
  explicit TwoSteps(Ref<Torn> ref) : to(ref) {}
  void on(Go) {
    to.tell<Mark>(1);
    self().tell(5);
  }
  void on(int left) {
    if (left > 0) return self().tell(left - 1);
    to.tell<Mark>(2);
  }
};
struct OneStep {
  Ref<Torn> to;
  void on(Go) { to.tell<Mark>(3); }
};

TEST(Policies, PctKeepsItsGuaranteeAtDepthTwo) {
  constexpr std::uint64_t steps = 12;
  int found = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    int torn = 0;
    const auto policy = pct(seed, 2, steps);
    Simulation sim({.policy = policy.get()});
    const auto target = sim.spawn<Torn>(&torn);
    sim.spawn<TwoSteps>(target).tell<Go>();
    sim.spawn<OneStep>(target).tell<Go>();
    sim.run();
    found += torn;
  }
  EXPECT_GE(found, 3000 / (3 * static_cast<int>(steps)));
}

struct Spin final : troupe::Actor<Spin> {
  bool* stopped;
  explicit Spin(bool* flag) : stopped(flag) {}
  void on(Go) {
    if (!*stopped) self().tell<Go>();
  }
};
struct Stopper {
  bool* stopped;
  void on(Go) { *stopped = true; }
};

TEST(Policies, AFairTailGivesTheStarvedTheirTurn) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    bool stopped = false;
    const auto policy = fair_tail(pct(seed, 1, 100), 100);
    Simulation sim({.policy = policy.get(), .max_steps = 200});
    sim.spawn<Spin>(&stopped).tell<Go>();
    sim.spawn<Stopper>(&stopped).tell<Go>();
    sim.run();
    EXPECT_TRUE(stopped);
  }
}

TEST(Schedules, AreReadAsTheyWereWritten) {
  const Schedule schedule{.name = "a shop",
                          .seed = 12345678901234567890u,
                          .depth = 3,
                          .choices = {1, 2, chosen_clock, chosen_call(1), 3},
                          .strikes = {{4, 7, troupe::Fate::crash}, {5, 1, troupe::Fate::kill}}};
  EXPECT_EQ(parse_schedule(to_string(schedule)), schedule);
  EXPECT_PRED2(contains, parse_schedule("hello").error(), "its first line");
  EXPECT_PRED2(contains, parse_schedule("troupe schedule 1\nchoices x").error(), "line 2");
  EXPECT_PRED2(contains, load_schedule("/nowhere/x").error(), "/nowhere/x");
}

TEST(Streams, AreApartByName) {
  Stream one(1, "a");
  Stream two(1, "b");
  Stream again(1, "a");
  EXPECT_NE(one.next(), two.next());
  again.next();
  EXPECT_EQ(one.next(), again.next());
}

}  // namespace

// Faults strike where they should, as often as they should, and never after they have ceased.
#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;

struct Go {};
struct Tick {};

struct Worker final : troupe::Actor<Worker> {
  int* handled;
  explicit Worker(int* count) : handled(count) {}
  void on(Go) { ++*handled; }
};

int handled_of(Simulation& sim) {
  int handled = 0;
  for (int i = 0; i < 20; ++i) {
    const auto worker = sim.spawn<Worker>(&handled);
    for (int k = 0; k < 10; ++k) worker.tell<Go>();
  }
  sim.run();
  return handled;
}

TEST(Faults, ACrashFailsAnActorButNotTheRun) {
  Simulation sim({.seed = 1, .faults = {.crash = 0.05}});
  EXPECT_LT(handled_of(sim), 200);
  EXPECT_PRED2(contains, sim.history().text(), "InjectedCrash");
  EXPECT_FALSE(sim.schedule().strikes.empty());
}

TEST(Faults, AKillEndsAnActor) {
  Simulation sim({.seed = 1, .faults = {.kill = 0.05}});
  EXPECT_LT(handled_of(sim), 200);
  EXPECT_PRED2(contains, sim.history().text(), ": killed");
}

TEST(Faults, AStallDelaysAnActorAndLosesNothing) {
  Simulation sim({.seed = 1, .faults = {.stall = 0.2}});
  EXPECT_EQ(handled_of(sim), 200);
  EXPECT_PRED2(contains, sim.history().text(), "stall of a");
}

TEST(Faults, ThereAreAtMostSoMany) {
  Simulation sim({.seed = 1, .faults = {.crash = 0.5, .at_most = 3}});
  handled_of(sim);
  EXPECT_EQ(sim.schedule().strikes.size(), 3u);
}

TEST(Faults, CeaseAfterSoManySteps) {
  Simulation sim({.seed = 1, .faults = {.crash = 1, .cease_after_steps = 5}});
  handled_of(sim);
  EXPECT_EQ(sim.schedule().strikes.size(), 5u);
}

TEST(Faults, SpareWhomTheyAreToldTo) {
  int handled = 0;
  Simulation sim({.seed = 1, .faults = {.crash = 1}});
  const auto worker = sim.spawn<Worker>(&handled);
  sim.spare(worker);
  worker.tell<Go>();
  sim.run();
  EXPECT_EQ(handled, 1);
}

struct Clockwork final : troupe::Actor<Clockwork> {
  std::vector<troupe::SteadyTime>* seen;
  explicit Clockwork(std::vector<troupe::SteadyTime>* to) : seen(to) {}
  void on(troupe::Started) { after(10ms, Tick{}); }
  void on(Tick) { seen->push_back(now()); }
};

TEST(Faults, ADelayedTimerIsLate) {
  std::vector<troupe::SteadyTime> seen;
  Simulation sim({.seed = 1, .faults = {.delay = 1, .longest_delay = 1s}});
  sim.spawn<Clockwork>(&seen);
  sim.run();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_GT(seen[0], 10ms);
  EXPECT_LE(seen[0], 1011ms);
}

TEST(Faults, TimeMayPassWhileActorsAreReady) {
  const auto ticks_before_work = [](double early) {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      std::vector<troupe::SteadyTime> seen;
      int handled = 0;
      Simulation sim({.seed = seed, .faults = {.early_timers = early}});
      sim.spawn<Clockwork>(&seen);
      const auto worker = sim.spawn<Worker>(&handled);
      for (int i = 0; i < 5; ++i) worker.tell<Go>();
      sim.always("", [&] { return found += (!seen.empty() && handled < 5) ? 1 : 0, true; });
      sim.run();
    }
    return found;
  };
  EXPECT_EQ(ticks_before_work(0), 0);
  EXPECT_GT(ticks_before_work(0.3), 0);
}

struct Disk {
  int* lost;
  void on(Go) {
    if (troupe::fault_point("disk.write")) ++*lost;
  }
};

TEST(FaultPoints, StrikeByTheirOwnProbabilityAndCount) {
  int lost = 0;
  Simulation sim({.seed = 1});
  sim.faults().set("disk.write", 0.5, 3);
  const auto disk = sim.spawn<Disk>(&lost);
  for (int i = 0; i < 50; ++i) disk.tell<Go>();
  sim.run();
  EXPECT_EQ(lost, 3);
  EXPECT_EQ(sim.faults().visits("disk.write"), 50u);
  EXPECT_EQ(sim.faults().strikes("disk.write"), 3u);
  EXPECT_PRED2(contains, sim.history().text(), "fault of a1: disk.write");
}

TEST(FaultPoints, AreQuietWithoutASimulation) { EXPECT_FALSE(troupe::fault_point("disk.write")); }

TEST(Faults, AreRepeatedByTheirSchedule) {
  const Scenario scenario = [](Simulation& sim) {
    const int handled = handled_of(sim);
    sim.check(handled > 150, "few are lost");
  };
  const ExploreOptions options{
      .schedules = 200, .faults = {.crash = 0.2}, .quiet = true, .directory = {}, .command = "the-test"};
  const auto result = explore(options, scenario);
  ASSERT_FALSE(result.passed());
  EXPECT_FALSE(result.failure->schedule.strikes.empty());
  EXPECT_TRUE(replay(options, result.failure->schedule, scenario).has_value());
}

TEST(Faults, AStallIsRepeatedByItsSchedule) {
  const auto text = [](const Schedule* schedule, Schedule* made) {
    Simulation sim({.seed = 4, .replay = schedule, .faults = {.stall = 0.3}});
    handled_of(sim);
    *made = sim.schedule();
    std::string lines;
    for (const Event& event : sim.history().events()) {
      if (event.kind != EventKind::stall) lines += sim.history().line(event) + '\n';
    }
    return lines;
  };
  Schedule first;
  Schedule second;
  const std::string made = text(nullptr, &first);
  EXPECT_EQ(text(&first, &second), made);
  EXPECT_EQ(first.choices, second.choices);
}

/// Loses its leader to a kill, and elects another by a timer; the broken one forgets to.
struct Cluster final : troupe::Actor<Cluster> {
  bool* has_leader;
  bool elects;
  Cluster(bool* flag, bool mended) : has_leader(flag), elects(mended) {}
  void on(troupe::Started) {
    *has_leader = true;
    every(10ms, Tick{});
  }
  void on(Tick) {
    if (troupe::fault_point("leader.dies")) *has_leader = false;
    if (elects) *has_leader = true;
    if (++ticks_ == 100) stop();
  }
  int ticks_ = 0;
};

std::string leaderless(bool elects) {
  bool has_leader = false;
  Simulation sim({.seed = 1, .faults = {.point = 0.5, .cease_after_steps = 50}});
  sim.eventually("there is a leader", [&] { return has_leader; }, 10);
  sim.spawn<Cluster>(&has_leader, elects);
  return thrown<RunFailed>([&] { sim.run(); });
}

TEST(Liveness, WhatMustHoldAgainIsAwaitedOnceFaultsHaveCeased) {
  EXPECT_EQ(leaderless(true), "");
  EXPECT_EQ(leaderless(false),
            "this did not hold again within 10 steps after faults had ceased: there is a leader");
}

}  // namespace

// Driving a simulation, and how a run can end.
#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;

struct Go {};
struct Question {};

struct Ticker final : troupe::Actor<Ticker> {
  explicit Ticker(std::vector<int>* to) : ticks(to) {}
  void on(troupe::Started) {
    after(10ms, 1);
    after(20ms, 2);
  }
  void on(int tick) { ticks->push_back(tick); }
  std::vector<int>* ticks;
};

TEST(Simulations, TimePassesWhereItIsToldTo) {
  std::vector<int> ticks;
  Simulation sim;
  sim.spawn<Ticker>(&ticks);
  EXPECT_EQ(sim.run_until_idle(), 1u);
  EXPECT_EQ(ticks, std::vector<int>{});
  sim.advance(15ms);
  EXPECT_EQ(ticks, std::vector<int>{1});
  EXPECT_TRUE(sim.run_until([&] { return ticks.size() == 2; }));
  EXPECT_EQ(sim.now(), 20ms);
  EXPECT_FALSE(sim.run_until([&] { return ticks.size() == 3; }));
  EXPECT_FALSE(sim.step());
}

/// Keeps what it was asked.
struct Keeper {
  std::vector<Reply<int>> kept;
  void on(Question, Reply<int> reply) { kept.push_back(std::move(reply)); }
};
struct Asker {
  Ref<Keeper> keeper;
  Task<void> on(Go) {
    const int answer = co_await keeper.ask<Question>();
    static_cast<void>(answer);
  }
};

TEST(Simulations, NothingReadyNoTimerAndSomebodyWhoWaitsIsADeadlockThatIsNamed) {
  Simulation sim;
  const auto keeper = sim.spawn<Keeper>({.name = "keeper"});
  sim.spawn<Asker>({.name = "asker"}, keeper).tell<Go>();
  const std::string sentence = thrown<RunFailed>([&] { sim.run(); });
  EXPECT_EQ(sentence,
            "deadlock: no actor is ready and no timer is armed, but a2 asker (Asker) waits in its turn of Go "
            "for the answer of a1 keeper (Keeper) to Question");
  EXPECT_EQ(thrown<RunFailed>([&] { sim.step(); }), sentence) << "a failed run stays failed";
}

TEST(Simulations, AWaitForTheEndOfAnotherIsADeadlockToo) {
  struct Mourner {
    Ref<Keeper> keeper;
    Task<void> on(Go) {
      const troupe::Terminated news = co_await keeper.join();
      static_cast<void>(news);
    }
  };
  Simulation sim;
  sim.spawn<Mourner>({.name = "mourner"}, sim.spawn<Keeper>()).tell<Go>();
  EXPECT_PRED2(contains, thrown<RunFailed>([&] { sim.run(); }),
               "mourner (Mourner) waits in its turn of Go for the end of a1");
}

TEST(Simulations, WaitingMayBeAllowed) {
  Simulation sim({.may_end_waiting = true});
  sim.spawn<Asker>(sim.spawn<Keeper>()).tell<Go>();
  sim.run();
  EXPECT_PRED2(contains, sim.who_waits(), "Question");
}

struct Restless final : troupe::Actor<Restless> {
  void on(Go) { self().tell<Go>(); }
};

TEST(Simulations, ARunThatGoesOnForTooLongHasFailed) {
  Simulation sim({.max_steps = 1000});
  sim.spawn<Restless>().tell<Go>();
  sim.spawn<Restless>().tell<Go>();
  EXPECT_PRED2(contains, thrown<RunFailed>([&] { sim.run(); }), "within 1000 steps");
}

struct Thrower {
  void on(Go) { throw std::runtime_error("planted"); }
};

TEST(Simulations, AnExceptionThatLeavesAHandlerFailsTheRun) {
  Simulation sim;
  sim.spawn<Thrower>({.name = "t"}).tell<Go>();
  EXPECT_EQ(thrown<RunFailed>([&] { sim.run(); }),
            "a1 t (Thrower) failed on Go: std::runtime_error: planted");
}

TEST(Simulations, ACheckInAnActorFailsTheRun) {
  struct Checker {
    void on(Go) { Simulation::current()->check(false, "it was planted"); }
  };
  Simulation sim;
  sim.spawn<Checker>().tell<Go>();
  EXPECT_EQ(thrown<RunFailed>([&] { sim.run(); }), "it was planted");
}

TEST(Simulations, WhatMustAlwaysHoldIsLookedAtAfterEachStep) {
  std::vector<int> ticks;
  Simulation sim;
  sim.spawn<Ticker>(&ticks);
  sim.always("there is one tick at most", [&] { return ticks.size() < 2; });
  EXPECT_EQ(thrown<RunFailed>([&] { sim.run(); }), "this does not always hold: there is one tick at most");
}

TEST(Simulations, AnAskFromOutsideDrivesTheSimulation) {
  struct Answerer {
    int on(Question) { return 7; }
  };
  Simulation sim;
  EXPECT_EQ(sim.spawn<Answerer>().ask<Question>().get(), 7);
  EXPECT_EQ(sim.steps(), 1u);
}

TEST(Simulations, AThreadHasOneAtATime) {
  Simulation sim;
  EXPECT_THROW(Simulation(), troupe::UsageError);
  EXPECT_EQ(Simulation::current(), &sim);
}

TEST(Simulations, AnEndlessSystemIsEndedAllTheSame) {
  Simulation sim;
  for (int i = 0; i < 3; ++i) sim.spawn<Restless>().tell<Go>();
  sim.spawn<Asker>(sim.spawn<Keeper>()).tell<Go>();
  for (int i = 0; i < 100; ++i) sim.step();
}

}  // namespace

// The Mermaid diagrams that come with failures: of whose past, and what they show.
#include <csignal>

#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using namespace std::chrono_literals;
using troupe::Ref;
using troupe::Task;

struct Go {};
struct Hello {};
struct Hop {
  int left;
};

/// What the diagram of the scenario's failure has below its participants.
std::string arrows_of(const Scenario& scenario) {
  const auto result = explore({.name = "diagram",
                               .schedules = 1,
                               .processes = 1,
                               .quiet = true,
                               .directory = {},
                               .command = "the-test"},
                              scenario);
  if (result.passed()) return "it has passed";
  const std::string& diagram = result.failure->diagram;
  EXPECT_PRED2(contains, result.report(), "as a Mermaid diagram:\n" + diagram);
  return diagram.substr(diagram.find('\n', diagram.rfind("participant")) + 1);
}

struct Silent {
  std::vector<troupe::Reply<int>> kept;
  void on(Hello, troupe::Reply<int> reply) { kept.push_back(std::move(reply)); }
};
struct Caller {
  Ref<Silent> silent;
  Task<void> on(Go) {
    const int answer = co_await silent.ask<Hello>();
    static_cast<void>(answer);
  }
};

TEST(Diagrams, OfADeadlockShowWhoWaitsForWhom) {
  const std::string arrows = arrows_of([](Simulation& sim) {
    const auto silent = sim.spawn<Silent>({.name = "silent"});
    sim.spawn<Caller>({.name = "caller"}, silent).tell<Go>();
    sim.run();
  });
  EXPECT_PRED2(contains, arrows, "p1->>p2: m1 Go\n");
  EXPECT_PRED2(contains, arrows, "p2-)p3: ask m2 Hello\n");
  EXPECT_PRED2(contains, arrows, "Note over p2: suspend m1 Go\n");
}

struct Fragile {
  void on(Hello) {}
  void on(Go) { throw std::runtime_error("broken"); }
};

TEST(Diagrams, OfAnExceptionEndInTheHandlerThatItHasLeft) {
  EXPECT_EQ(arrows_of([](Simulation& sim) {
              const auto fragile = sim.spawn<Fragile>({.name = "fragile"});
              const auto other = sim.spawn<Fragile>({.name = "other"});
              fragile.tell<Hello>();
              fragile.tell<Go>();
              other.tell<Hello>();
              sim.run();
            }),
            "  p1->>p2: m1 Hello\n"
            "  p1->>p2: m2 Go\n"
            "  Note over p2: failure m2 Go: std::runtime_error: broken\n");
}

TEST(Diagrams, AreThereForASimulationThatSomebodyElseDrivesToo) {
  Simulation sim;
  const auto fragile = sim.spawn<Fragile>({.name = "fragile"});
  fragile.tell<Hello>();
  sim.run_until_idle();
  EXPECT_EQ(sim.diagram(), "") << "nothing has failed";
  fragile.tell<Go>();
  EXPECT_THROW(sim.run_until_idle(), RunFailed);
  EXPECT_PRED2(contains, sim.diagram(), "Note over p2: failure m2 Go: std::runtime_error: broken\n");
}

struct Walker final : troupe::Actor<Walker> {
  void on(Hop hop) {
    if (hop.left > 0) self().tell<Hop>(hop.left - 1);
    if (hop.left == 0) after(1s, Go{});
  }
  void on(Go) { troupe::sim::Simulation::current()->check(false, "it has arrived"); }
};

TEST(Diagrams, HaveTheNewestFiftyEvents) {
  const std::string arrows = arrows_of([](Simulation& sim) {
    sim.spawn<Walker>().tell<Hop>(200);
    sim.run();
  });
  EXPECT_EQ(std::count(arrows.begin(), arrows.end(), '\n'), 50 + 1) << arrows;
  EXPECT_PRED2(contains, arrows, "  %% 153 earlier events are left out\n");
  EXPECT_PRED2(contains, arrows, "p1->>p1: timer m202 Go\n");
}

struct Killer {
  void on(Hop) {}
  void on(Go) { std::raise(SIGKILL); }
};

TEST(Diagrams, OfAProcessThatHasEndedShowItsLastTurn) {
  const auto result = explore({.name = "killed",
                               .schedules = 1,
                               .processes = 1,
                               .quiet = true,
                               .directory = {},
                               .command = "the-test"},
                              [](Simulation& sim) {
                                const auto killer = sim.spawn<Killer>({.name = "killer"});
                                killer.tell<Hop>(1);
                                killer.tell<Go>();
                                sim.run();
                              });
  ASSERT_FALSE(result.passed());
  EXPECT_EQ(result.failure->kind, FailureKind::aborted);
  EXPECT_TRUE(result.failure->history.ends_with("begin m2 Go of a1\n")) << result.failure->history;
  EXPECT_PRED2(contains, result.failure->diagram,
               "  p1->>p2: m1 Hop\n"
               "  p1->>p2: m2 Go\n"
               "  Note over p2: failure: the process was ended by signal 9 (SIGKILL)");
}

}  // namespace

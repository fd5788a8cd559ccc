// Who is restarted, how often, and who ends, under schedules drawn from seeds.
#include "supervision_cases.hpp"

namespace {

using namespace sim_test;
using troupe::StopReason;

TEST(SimulatedStrategies, RestForOneRestartsTheOneThatFailedAndThoseStartedAfterIt) {
  const auto result = explore(supervision_options("rest-for-one"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto shop = sim.system().supervise({.strategy = troupe::rest_for_one});
    const auto a = shop.spawn<Player>(story, "a");
    const auto b = shop.spawn<Player>(story, "b");
    const auto c = shop.spawn<Player>(story, "c");
    tell_words<Player>(sim, {a, b, c}, "x");
    tell_words<Player>(sim, {c, b, a}, "y");
    perform(sim, {[=] { b.tell<Crash>(); }});
    sim.run();
    check_lives(
        sim, *story,
        {"a starts", "b starts", "c starts", "c before restart", "b before restart", "b starts", "c starts"});
    for (const char* name : {"a", "b", "c"}) {
      check_words(sim, *story, name, "x");
      check_words(sim, *story, name, "y");
    }
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedStrategies, OneForAllRestartsAllInOrderButNotTheTemporaryOne) {
  const auto result = explore(supervision_options("one-for-all"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto shop = sim.system().supervise({.strategy = troupe::one_for_all});
    const auto a = shop.spawn<Player>(story, "a");
    const auto t = shop.spawn<Player>({.restart = troupe::temporary}, story, "t");
    const auto c = shop.spawn<Player>(story, "c");
    const SharedNews news = observe(sim, t);
    tell_words<Player>(sim, {a, t, c}, "x");
    perform(sim, {[=] { (Simulation::current()->seed() % 2 == 0 ? a : c).tell<Crash>(); }});
    sim.run();
    check_lives(sim, *story,
                {"a starts", "t starts", "c starts", "c before restart", "t stopping, stopped",
                 "a before restart", "a starts", "c starts"});
    check_words(sim, *story, "a", "x");
    check_words(sim, *story, "c", "x");
    sim.check(news->size() == 1 && news->front().reason == StopReason::stopped, "it has ended once");
    sim.check(shop.children().size() == 2, "and is gone");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedStrategies, ATransientChildThatStopsNormallyIsNotRestarted) {
  const auto result = explore(supervision_options("transient"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto shop = sim.system().supervise();
    const auto w = shop.spawn<Player>(story, "w");
    const auto other = shop.spawn<Player>(story, "other");
    const SharedNews news = observe(sim, w);
    // Its own crash may come before, between, or too late.
    perform(sim, {[=] { w.tell<Quit>(); }});
    perform(sim, {[=] { w.tell<Crash>(); }});
    perform(sim, {[=] { other.tell<Crash>(); }});
    sim.run();
    sim.check(!w.alive() && shop.alive(), "it has ended, and its supervisor has not");
    sim.check(news->size() == 1, "its end is told once");
    sim.check(story->count("w starts") == 1 + story->count("w before restart"),
              "only the crash was followed by a start: " + story->text());
    sim.check(shop.children().size() == 1 && other.ask<Count>().get() == 1, "its sibling is up");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedStrategies, TheRestartOneBeyondTheIntensityStopsAllChildrenAndFailsTheSupervisor) {
  const auto result = explore(supervision_options("intensity"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto shop = sim.system().supervise({.intensity = {.restarts = 2, .within = 5s}});
    const auto a = shop.spawn<Player>(story, "a");
    const auto b = shop.spawn<Player>(story, "b");
    const SharedNews news = observe(sim, shop);
    for (int i = 0; i < 3; ++i) perform(sim, {[=] { a.tell<Crash>(); }});
    tell_words<Player>(sim, {a, b}, "x");
    sim.run();
    check_lives(sim, *story,
                {"a starts", "b starts", "a before restart", "a starts", "a before restart", "a starts",
                 "b stopping, stopped", "a stopping, failed"});
    sim.check(news->size() == 1 && news->front().reason == StopReason::escalated,
              "the supervisor has failed");
    const auto* why = troupe::cause_as<troupe::Escalated>(news->front().cause);
    sim.check(why && troupe::cause_as<std::runtime_error>(why->cause()), "and tells why");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedStrategies, AtItsLimitAnActorHearsPreRestartTwiceThenStoppingThenItsWatchersTerminated) {
  const auto result = explore(supervision_options("limit"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto shop = sim.system().supervise({.intensity = {.restarts = 2, .within = 5s}});
    const auto w = shop.spawn<Player>(story, "w");
    const SharedNews news = observe(sim, w);
    sim.always("nobody hears of an end before it",
               [=] { return news->empty() || story->count("w stopping, failed") == 1; });
    for (int i = 0; i < 3; ++i) perform(sim, {[=] { w.tell<Say>("x"); }, [=] { w.tell<Crash>(); }});
    sim.run();
    check_lives(
        sim, *story,
        {"w starts", "w before restart", "w starts", "w before restart", "w starts", "w stopping, failed"});
    sim.check(news->size() == 1 && news->front().reason == StopReason::failed &&
                  troupe::cause_as<std::runtime_error>(news->front().cause),
              "its end is told once, with its cause");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

}  // namespace

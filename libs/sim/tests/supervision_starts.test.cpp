// Starts that fail, that wait, and that are called off, under schedules drawn from seeds.
#include "supervision_cases.hpp"

namespace {

using namespace sim_test;

/// Its constructor throws as long as there are failures left.
struct Shaky {
  Shaky(std::shared_ptr<int> starts, std::shared_ptr<int> failures) {
    ++*starts;
    if (*failures > 0) {
      --*failures;
      throw std::runtime_error("no database");
    }
  }
  void on(Crash) { throw std::runtime_error("crash"); }
  int on(Count) { return 1; }
};

TEST(SimulatedStarts, AChildWhoseRestartKeepsFailingShowsAsRestartingAndCanBeStoppedAsItsSupervisorCan) {
  auto options = supervision_options("keeps-failing");
  options.faults.early_timers = 0.2;
  const auto result = explore(options, [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto starts = std::make_shared<int>(0);
    const auto failures = std::make_shared<int>(0);
    const auto shop = sim.system().supervise(
        {.intensity = {.restarts = 1'000'000, .within = 1h}, .backoff = {.first = 1s, .max = 1h}});
    const auto shaky = shop.spawn<Shaky>(starts, failures);
    const auto sibling = shop.spawn<Player>(story, "sibling");
    *failures = 1'000'000;
    shaky.tell<Crash>();
    tell_words<Player>(sim, {sibling}, "x");
    const bool shown = sim.run_until([&] {
      const auto children = shop.children();
      return *starts > 3 && children.front().state == troupe::ActorState::restarting &&
             children.front().last_cause == "std::runtime_error: no database";
    });
    sim.check(shown, "it shows as restarting");
    const SharedNews news = observe(sim, shaky);
    switch (sim.seed() % 3) {
      case 0:
        perform(sim, {[=] { shaky.stop(); }});
        break;
      case 1:
        perform(sim, {[=] { shop.stop(shaky); }});
        break;
      default:
        perform(sim, {[=] { shop.stop(); }});
    }
    sim.run_until_idle();
    sim.check(!shaky.alive(), "it ends without waiting for its next attempt");
    sim.run();
    check_words(sim, *story, "sibling", "x");
    sim.check(news->size() == 1, "it has ended once");
    sim.check(shop.alive() == (sim.seed() % 3 != 2) && shop.alive() == sibling.alive(),
              "and so have its supervisor and its sibling, where they should");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

struct Refuses {
  Refuses() { throw std::runtime_error("no port"); }
};

TEST(SimulatedStarts, AStartListWhoseThirdOfFourFailsIsUndoneInReverseAndNamesTheThird) {
  const auto result = explore(supervision_options("start-list"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const std::string text = thrown<troupe::SpawnError>([&] {
      static_cast<void>(sim.system().supervise(
          {.name = "shop", .strategy = troupe::one_for_all, .intensity = {.restarts = 0}},
          [&](const troupe::Supervisor& shop) {
            const auto one = shop.spawn<Player>({.name = "one"}, story, "one");
            const auto two = shop.spawn<Player>({.name = "two"}, story, "two");
            tell_words<Player>(sim, {one, two}, "x");
            for (int i = 0; i < 5; ++i) sim.step();
            shop.spawn<Refuses>({.name = "three"});
            shop.spawn<Player>({.name = "four"}, story, "four");
          }));
    });
    sim.check(contains(text, "shop/three") && contains(text, "no port"),
              "the error names the third: " + text);
    const Lines undone{"one starts", "two starts", "two stopping, stopped", "one stopping, stopped"};
    check_lives(sim, *story, undone);
    // Its names are free again.
    const auto shop = sim.system().supervise({.name = "shop"});
    shop.spawn<Player>({.name = "one"}, story, "one");
    sim.run();
    sim.check(shop.children().size() == 1, "the next one starts");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedStarts, ManyChildrenThatEndInAnyOrderLeaveNobodyBehindAndCostTheSameEach) {
  const auto result = explore(supervision_options("many-children"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto shop = sim.system().supervise();
    std::uint64_t steps_per_child = 0;
    for (const std::uint64_t children : {20u, 200u}) {
      const std::uint64_t before = sim.steps();
      std::vector<std::function<void()>> first;
      std::vector<std::function<void()>> second;
      for (std::uint64_t i = 0; i < children; ++i) {
        const auto child = shop.spawn<Player>(story, "c");
        (i % 3 == 0 ? first : second).emplace_back([=] { child.tell<Quit>(); });
      }
      std::reverse(second.begin(), second.end());
      perform(sim, std::move(first));
      perform(sim, std::move(second));
      sim.run();
      sim.check(shop.children().empty() && shop.alive(), "all have ended, but for their supervisor");
      sim.check(story->count("c starts") == story->count("c stopping, stopped"), "each once");
      const std::uint64_t each = (sim.steps() - before + children - 1) / children;
      // The Doer's turn, the child's two and its stop's signal, and its supervisor's.
      sim.check(each <= 5, "no child takes more steps: " + std::to_string(each));
      steps_per_child = each;
    }
    sim.check(steps_per_child >= 3, "they were counted");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

/// Tells when it starts and crashes, in seconds.
struct Timed : troupe::Actor<Timed> {
  explicit Timed(SharedStory story) : story_(std::move(story)) { tell("starts"); }
  void on(Crash) {
    tell("crashes");
    throw std::runtime_error("crash");
  }
  void on(const Say& say) { story_->add("timed says " + say.word); }
  void tell(const std::string& what) { story_->add(what + " at " + std::to_string(now() / 1ms)); }
  SharedStory story_;
};

TEST(SimulatedStarts, BackoffWaitsOneSecondThenTwo) {
  const auto result = explore(supervision_options("backoff"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto shop = sim.system().supervise({.backoff = {.first = 1s, .max = 10s, .factor = 2}});
    const auto timed = shop.spawn<Timed>(story);
    const auto sibling = shop.spawn<Player>(story, "sibling");
    tell_words<Player>(sim, {sibling}, "x");
    tell_words<Timed>(sim, {timed}, "x");
    for (int i = 0; i < 2; ++i) perform(sim, {[=] { timed.tell<Crash>(); }});
    const auto began = sim.now() / 1ms;
    sim.run();
    const auto at = [&](const std::string& what, int ms) {
      return what + " at " + std::to_string(began + ms);
    };
    check_lives(sim, *story,
                {at("starts", 0), "sibling starts", at("crashes", 0), at("starts", 1000), at("crashes", 1000),
                 at("starts", 3000)});
    check_words(sim, *story, "timed", "x");
    check_words(sim, *story, "sibling", "x");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedStarts, AFailingFirstStartUnderALimitOfTwoIsTriedThreeTimes) {
  const auto result = explore(supervision_options("first-start"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto shop = sim.system().supervise({.intensity = {.restarts = 2, .within = 5s}});
    const auto sibling = shop.spawn<Player>(story, "sibling");
    const auto spawn = [=] {
      const auto starts = std::make_shared<int>(0);
      const std::string text = thrown<std::runtime_error>(
          [&] { static_cast<void>(shop.spawn<Shaky>({.name = "shaky"}, starts, std::make_shared<int>(9))); });
      story->add("thrown " + text + " after " + std::to_string(*starts));
    };
    perform(sim, {spawn, spawn});
    perform(sim, {spawn});
    perform(sim, {[=] { sibling.tell<Crash>(); }});
    sim.run();
    sim.check(story->count("thrown no database after 3") == 3, "each is tried three times: " + story->text());
    sim.check(shop.alive() && shop.children().size() == 1, "and leaves nothing behind");
    const auto starts = std::make_shared<int>(0);
    const auto shaky = shop.spawn<Shaky>({.name = "shaky"}, starts, std::make_shared<int>(2));
    sim.check(shaky.ask<Count>().get() == 1 && *starts == 3, "the third attempt may do it");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

}  // namespace

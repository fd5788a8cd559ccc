// explore(): what it finds, and what it says of it.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;

struct Go {};
struct Write {
  int value;
};
struct Register {
  int* value;
  void on(Write write) { *value = write.value; }
};
struct Writer {
  Ref<Register> to;
  int value;
  void on(Go) { to.tell<Write>(value); }
};

/// Passes unless the last of `writers` writes first.
void last_write_wins(Simulation& sim, int writers, const std::function<void()>& then) {
  int value = -1;
  const auto target = sim.spawn<Register>(&value);
  for (int i = 0; i < writers; ++i) sim.spawn<Writer>(target, i).tell<Go>();
  sim.run();
  if (value == 0) then();
}

ExploreOptions quiet(std::string_view name) {
  return {.name = name, .schedules = 500, .batch = 50, .quiet = true, .directory = {}, .command = "the-test"};
}

TEST(Explorations, PassWhereNothingIsWrong) {
  const auto result = explore(quiet("passes"), [](Simulation& sim) { last_write_wins(sim, 3, [] {}); });
  EXPECT_TRUE(result.passed()) << result.report();
  EXPECT_EQ(result.schedules, 500u);
  EXPECT_EQ(result.report(), "500 schedules passed, of 3000 steps");
}

TEST(Explorations, FindACheckThatFailsInSomeOrder) {
  const Scenario scenario = [](Simulation& sim) {
    last_write_wins(sim, 5, [&] { sim.fail("the first write is overwritten"); });
  };
  const auto options = quiet("finds");
  const auto result = explore(options, scenario);
  ASSERT_FALSE(result.passed());
  EXPECT_EQ(result.failure->kind, FailureKind::check);
  EXPECT_EQ(result.failure->sentence, "the first write is overwritten");
  EXPECT_LT(result.failure->schedule.choices.size(), result.shrunk_from);
  EXPECT_PRED2(contains, result.report(), "TROUPE_SIM=seed=");
  const auto again = replay(options, result.failure->schedule, scenario);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->sentence, result.failure->sentence);
}

TEST(Explorations, ASignalIsAFailureLikeAnyOtherAndItsScheduleIsKnown) {
  const Scenario scenario = [](Simulation& sim) { last_write_wins(sim, 3, [] { std::raise(SIGKILL); }); };
  const auto result = explore(quiet("signal"), scenario);
  ASSERT_FALSE(result.passed());
  EXPECT_EQ(result.failure->kind, FailureKind::aborted);
  EXPECT_PRED2(contains, result.failure->sentence, "signal 9 (SIGKILL)");
  EXPECT_LE(result.failure->schedule.choices.size(), 3u);
}

TEST(Explorations, AnExitIsAFailureToo) {
  const auto result =
      explore(quiet("exit"), [](Simulation& sim) { last_write_wins(sim, 3, [] { std::_Exit(23); }); });
  ASSERT_FALSE(result.passed());
  EXPECT_PRED2(contains, result.failure->sentence, "status 23");
  const auto silent =
      explore(quiet("exit"), [](Simulation& sim) { last_write_wins(sim, 3, [] { std::_Exit(0); }); });
  EXPECT_FALSE(silent.passed()) << "even where it says that all is well";
}

TEST(Explorations, ManySchedulesPassInASecond) {
  ExploreOptions options = quiet("rate");
  options.schedules = 20'000;
  options.batch = 5000;
  const auto begin = std::chrono::steady_clock::now();
  const auto result = explore(options, [](Simulation& sim) { last_write_wins(sim, 5, [] {}); });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_TRUE(result.passed());
  std::printf("explored: %.0f schedules of 10 steps per second\n",
              static_cast<double>(result.schedules) / took.count());
}

TEST(Explorations, WriteAScheduleFileThatRepeatsTheFailure) {
  const Scenario scenario = [](Simulation& sim) { last_write_wins(sim, 4, [&] { sim.fail("planted"); }); };
  ExploreOptions options = quiet("a file");
  const std::string directory = ::testing::TempDir();
  options.directory = directory;
  const auto result = explore(options, scenario);
  ASSERT_FALSE(result.passed());
  const std::string file = (std::filesystem::path(directory) / "a-file.schedule").lexically_normal().string();
  EXPECT_EQ(result.failure->command, "TROUPE_SIM=schedule=" + file + " the-test");
  const auto schedule = load_schedule(file);
  ASSERT_TRUE(schedule.has_value());
  EXPECT_EQ(*schedule, result.failure->schedule);
  EXPECT_TRUE(replay(options, *schedule, scenario).has_value());
  std::filesystem::remove(file);
  std::filesystem::remove(std::filesystem::path(file).replace_extension(".mmd"));
}

TEST(Explorations, OwnCommandLineIsWhatRepeatsByDefault) {
  ExploreOptions options = quiet("own");
  options.command = {};
  const auto result =
      explore(options, [](Simulation& sim) { last_write_wins(sim, 2, [&] { sim.fail("x"); }); });
  ASSERT_FALSE(result.passed());
  EXPECT_PRED2(contains, result.failure->command, "troupe_sim_tests");
}

TEST(Explorations, EndWithTheirTime) {
  ExploreOptions options = quiet("time");
  options.schedules = 1'000'000'000;
  options.time = 100ms;
  const auto result = explore(options, [](Simulation& sim) { last_write_wins(sim, 2, [] {}); });
  EXPECT_TRUE(result.passed());
  EXPECT_GT(result.schedules, 0u);
}

bool never() { return false; }
bool always() { return true; }
TEST(Explorations, ATestFrameworkMayHaveAWord) {
  ExploreOptions options = quiet("hook");
  const Scenario scenario = [](Simulation& sim) { last_write_wins(sim, 2, [] {}); };
  options.failed = never;
  EXPECT_TRUE(explore(options, scenario).passed());
  options.failed = always;
  EXPECT_FALSE(explore(options, scenario).passed());
}

TEST(Explorations, AScenarioThatNeverRunsIsRefused) {
  const auto result = explore(quiet("idle"), [](Simulation& sim) {
    int value = 0;
    sim.spawn<Register>(&value).tell<Write>(1);
  });
  ASSERT_FALSE(result.passed());
  EXPECT_PRED2(contains, result.failure->sentence, "end it with Simulation::run()");
}

TEST(Shrinking, LeavesNothingThatCanBeLeftOut) {
  const Scenario scenario = [](Simulation& sim) { last_write_wins(sim, 8, [&] { sim.fail("planted"); }); };
  const auto result = explore(quiet("shrinks"), scenario);
  ASSERT_FALSE(result.passed());
  // All that matters is that the first writer isn't among the first to run.
  EXPECT_LE(result.failure->schedule.choices.size(), 8u);
  for (std::size_t i = 0; i < result.failure->schedule.choices.size(); ++i) {
    Schedule smaller = result.failure->schedule;
    smaller.choices.erase(smaller.choices.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(replay(quiet("shrinks"), smaller, scenario).has_value())
        << "choice " << i << " isn't needed";
  }
}

}  // namespace

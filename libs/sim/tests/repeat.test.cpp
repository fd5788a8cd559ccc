// The printed command repeats the failure: these tests run it.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <troupe/sim/explore.hpp>

#include "environment.hpp"
#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;

struct Go {};
struct Write {
  int value;
};
struct Register {
  int value = 0;
  void on(Write write) {
    Simulation::current()->check(write.value >= value, "writes come in order");
    value = write.value;
  }
};
struct Writer {
  Ref<Register> to;
  int value;
  void on(Go) { to.tell<Write>(value); }
};

void write_in_order(Simulation& sim) {
  const auto target = sim.spawn<Register>({.name = "register"});
  for (int i = 0; i < 4; ++i) sim.spawn<Writer>(target, i).tell<Go>();
  sim.run();
}

constexpr std::string_view name = "repeated";

// By itself it looks for the fault, and finds it. The commands below run it as a user's test, which repeats
// one failure and ends as that does.
TEST(Repeated, Scenario) {
  const bool repeats = std::getenv("TROUPE_SIM") != nullptr;
  const auto result = explore({.name = name, .quiet = true, .directory = {}}, write_in_order);
  EXPECT_EQ(result.passed(), repeats) << result.report();
}

struct Ran {
  std::string output;
  int status;
};
Ran run(const std::string& command) {
  Ran ran{{}, 0};
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  while (std::fgets(buffer.data(), buffer.size(), pipe)) ran.output += buffer.data();
  ran.status = ::pclose(pipe);
  return ran;
}

std::string own_command() {
  return std::filesystem::read_symlink("/proc/self/exe").string() + " --gtest_filter=Repeated.Scenario 2>&1";
}

TEST(Repeating, TheCommandOfASeedGivesTheSameFailure) {
  const std::string command = own_command();
  const auto result = explore(
      {.name = name, .shrink = false, .quiet = true, .directory = {}, .command = command}, write_in_order);
  ASSERT_FALSE(result.passed());
  const Ran ran = run(result.failure->command);
  EXPECT_NE(ran.status, 0);
  EXPECT_PRED2(contains, ran.output, "failed (check): writes come in order");
  EXPECT_PRED2(contains, ran.output, result.failure->history) << "the same events";
}

TEST(Repeating, TheCommandOfAScheduleFileGivesTheSameFailureAndStopsWhereItIsToldTo) {
  const std::string command = own_command();
  const std::string directory = ::testing::TempDir();
  const auto result =
      explore({.name = name, .quiet = true, .directory = directory, .command = command}, write_in_order);
  ASSERT_FALSE(result.passed());
  const Ran ran = run(result.failure->command);
  EXPECT_PRED2(contains, ran.output, result.failure->history);
  std::string with_break = result.failure->command;
  with_break.insert(with_break.find(".schedule") + 9, ",break=register#2");
  // The shell tells of the signal that has ended its child.
  const Ran stopped = run(with_break + "; echo status $?");
  EXPECT_PRED2(contains, stopped.output, "status 133") << "128 + SIGTRAP";
  std::filesystem::remove(std::filesystem::path(directory) / "repeated.schedule");
}

TEST(Repeating, AnotherNameIsNotMeant) {
  const Ran ran = run("TROUPE_SIM=seed=1,name=other " + own_command());
  EXPECT_EQ(ran.status, 0) << ran.output;
}

TEST(Environments, AreReadOrRefusedWithASentence) {
  const auto wish = parse_environment("seed=7,depth=40,name=a shop,break=shop/till#3");
  EXPECT_EQ(wish.seed, 7u);
  EXPECT_EQ(wish.depth, 40u);
  EXPECT_EQ(wish.name, "a shop");
  EXPECT_EQ(wish.break_path, "shop/till");
  EXPECT_EQ(wish.break_message, 3u);
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([] { parse_environment("seed=x"); }), "at 'seed=x'");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([] { parse_environment("speed=1"); }), "schedule=FILE");
}

}  // namespace

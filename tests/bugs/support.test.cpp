#include "support.hpp"
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace bugs {

namespace {

constexpr std::uint64_t master_seeds = 20;
constexpr std::size_t longest_by_hand = 5;  ///< times what a schedule by hand has

ExploreOptions options_of(const Hunt& prey, std::string_view command) {
  return {.name = prey.name,
          .schedules = prey.within,
          .max_steps = prey.max_steps,
          .handlers_may_throw = prey.handlers_may_throw,
          .faults = prey.faults,
          .quiet = true,
          .directory = {},
          .command = command};
}

/// What a shell runs to run the current test.
std::string own_command() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  return std::filesystem::read_symlink("/proc/self/exe").string() +
         " --gtest_filter=" + test->test_suite_name() + '.' + test->name() + " 2>&1";
}

std::string output_of(const std::string& command) {
  std::string output;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  while (std::fgets(buffer.data(), buffer.size(), pipe)) output += buffer.data();
  EXPECT_NE(::pclose(pipe), 0) << "it repeats a failure";
  return output;
}

void expect_prey(const troupe::sim::Exploration& found, const Hunt& prey, std::uint64_t seed) {
  ASSERT_FALSE(found.passed()) << "seed " << seed << " doesn't find it: " << found.report();
  EXPECT_EQ(found.failure->kind, prey.kind) << found.report();
  EXPECT_NE(found.failure->sentence.find(prey.sentence), std::string::npos) << found.report();
}

void expect_short(const troupe::sim::Schedule& schedule, const Hunt& prey) {
  const std::size_t by_hand = prey.by_hand.size() + (prey.faults.any() ? 1 : 0);
  EXPECT_LE(schedule.choices.size() + schedule.strikes.size(), longest_by_hand * by_hand)
      << to_string(schedule);
}

void repeat(const troupe::sim::Failure& failure, int times) {
  for (int i = 0; i < times; ++i) {
    const std::string output = output_of(failure.command);
    ASSERT_NE(output.find(failure.sentence), std::string::npos) << output;
    ASSERT_NE(output.find(failure.history), std::string::npos) << output;
  }
}

}  // namespace

Effort effort() {
  if (!std::getenv("TROUPE_BUGS_THOROUGH")) return {};
  return {.twin_schedules = 100'000, .shrunk_seeds = master_seeds, .repetitions = 100};
}

void hunt(const Hunt& prey, const Program& program) {
  const std::string command = own_command();
  ExploreOptions options = options_of(prey, command);
  const auto broken = [&](Simulation& sim) { program(sim, Version::broken); };
  if (std::getenv("TROUPE_SIM")) {  // this is the command that hunt() has printed
    const auto repeated = troupe::sim::explore(options, broken);
    EXPECT_TRUE(repeated.passed()) << repeated.report();
    return;
  }
  std::uint64_t most = 0;
  for (std::uint64_t seed = 0; seed < master_seeds; ++seed) {
    options.seed = seed;
    options.shrink = seed < effort().shrunk_seeds;
    const std::string directory = ::testing::TempDir();
    if (seed == 0) options.directory = directory;
    const auto found = troupe::sim::explore(options, broken);
    options.directory = {};
    ASSERT_NO_FATAL_FAILURE(expect_prey(found, prey, seed));
    most = std::max(most, found.schedules);
    if (options.shrink) expect_short(found.failure->schedule, prey);
    const int repetitions = seed == 0 ? effort().repetitions : 0;
    ASSERT_NO_FATAL_FAILURE(repeat(*found.failure, repetitions));
  }
  std::printf("%s: found within %llu of %llu schedules\n", std::string(prey.name).c_str(),
              static_cast<unsigned long long>(most), static_cast<unsigned long long>(prey.within));
  if (!prey.faults.any()) {
    const troupe::sim::Schedule by_hand{.name = {}, .choices = prey.by_hand, .strikes = {}};
    EXPECT_TRUE(troupe::sim::replay(options, by_hand, broken).has_value()) << "the schedule by hand passes";
  }
  options.seed = 0;
  options.schedules = effort().twin_schedules;
  const auto twin = troupe::sim::explore(options, [&](Simulation& sim) { program(sim, Version::mended); });
  EXPECT_TRUE(twin.passed()) << twin.report();
}

}  // namespace bugs

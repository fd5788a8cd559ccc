// Goal: a tree of fifty actors that crash at random loses and reorders nothing, in very many schedules.
//
// Environment: TROUPE_SCHEDULES (default: 100), TROUPE_SEED (0). A thorough run is 1,000, of about 10,000
// steps each.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "supervised_tree.hpp"
#include "support.hpp"

namespace {

using namespace sim_test;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(SupervisedTree, LosesAndReordersNothingInManySchedules) {
  const auto result = explore({.name = "supervised-tree",
                               .seed = number_from("TROUPE_SEED", 0),
                               .schedules = number_from("TROUPE_SCHEDULES", 100),
                               .batch = 10,
                               .max_steps = 100'000,
                               .handlers_may_throw = true,
                               .faults = {.crash = 0.03, .stall = 0.01, .early_timers = 0.05}},
                              [](Simulation& sim) { run_supervised_tree(sim, 800); });
  EXPECT_TRUE(result.passed()) << result.report();
  std::printf("  %llu schedules, %llu steps\n", static_cast<unsigned long long>(result.schedules),
              static_cast<unsigned long long>(result.steps));
}

}  // namespace

// How a bug is looked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim/sim.hpp>
#include <troupe/troupe.hpp>

namespace bugs {

using namespace std::chrono_literals;
using troupe::Recipient;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;
using troupe::sim::ExploreOptions;
using troupe::sim::FailureKind;
using troupe::sim::FaultOptions;
using troupe::sim::Simulation;

enum class Version { broken, mended };
using Program = std::function<void(Simulation&, Version)>;

struct Hunt {
  std::string_view name;
  FailureKind kind;
  std::string_view sentence;  ///< part of the failure's
  std::uint64_t schedules = 500;
  std::uint64_t max_steps = 5000;
  FaultOptions faults = {};
  bool handlers_may_throw = false;
};

/// The broken one fails so within so many schedules, and by its shrunk schedule again; the mended one passes
/// as many.
inline void hunt(const Hunt& prey, const Program& program) {
  const ExploreOptions options{.name = prey.name,
                               .schedules = prey.schedules,
                               .max_steps = prey.max_steps,
                               .handlers_may_throw = prey.handlers_may_throw,
                               .faults = prey.faults,
                               .quiet = true,
                               .directory = {},
                               .command = "the-test"};
  const auto broken = [&](Simulation& sim) { program(sim, Version::broken); };
  const auto found = troupe::sim::explore(options, broken);
  ASSERT_FALSE(found.passed()) << "not found: " << found.report();
  EXPECT_EQ(found.failure->kind, prey.kind) << found.report();
  EXPECT_NE(found.failure->sentence.find(prey.sentence), std::string::npos) << found.report();
  const auto again = troupe::sim::replay(options, found.failure->schedule, broken);
  ASSERT_TRUE(again.has_value()) << found.report();
  EXPECT_EQ(again->kind, prey.kind);
  const auto twin = troupe::sim::explore(options, [&](Simulation& sim) { program(sim, Version::mended); });
  EXPECT_TRUE(twin.passed()) << twin.report();
}

}  // namespace bugs

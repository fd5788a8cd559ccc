// How a bug is looked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
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

/// What a bug that needs two steps in a certain order may take: PCT finds it, among n actors and k steps,
/// with probability 1/(n k) in each run, so 999 times of 1000 in 6.9 n k.
constexpr std::uint64_t depth_two(std::uint64_t actors, std::uint64_t steps) {
  return actors * steps * 69 / 10;
}

struct Hunt {
  std::string_view name;
  FailureKind kind;
  std::string_view sentence;  ///< part of the failure's
  /// Schedules within which each master seed finds it.
  std::uint64_t within = 50;
  /// A schedule made by hand that fails. Empty: it fails in the order in which all become ready.
  std::vector<troupe::sim::Chosen> by_hand = {};
  std::uint64_t max_steps = 5000;
  FaultOptions faults = {};
  bool handlers_may_throw = false;
};

/// All that the bars of the corpus ask for takes minutes: TROUPE_BUGS_THOROUGH=1 asks for it.
struct Effort {
  std::uint64_t twin_schedules = 500;
  std::uint64_t shrunk_seeds = 2;
  int repetitions = 3;
};
Effort effort();

/// Each of 20 master seeds finds the broken one, and a schedule that is no more than 5 times as long as the
/// one by hand; the command that is printed repeats it; the mended one passes.
void hunt(const Hunt& prey, const Program& program);

}  // namespace bugs

// One run of a scenario.
#pragma once

#include <memory>
#include <optional>

#include <troupe/sim/explore.hpp>

#include "simulation.hpp"

namespace troupe::inline v0::sim {

/// How a run is made: a function of the seed, the expected depth and the options alone.
struct Plan {
  SimulationOptions options;
  std::unique_ptr<Policy> policy;
};
Plan plan_of(const ExploreOptions& explore, std::uint64_t seed, std::uint64_t depth);
/// By the choices of a schedule.
Plan plan_of(const ExploreOptions& explore, const Schedule& schedule);

/// Runs the scenario and ends its system. The simulation's history can be looked at afterwards.
std::optional<Failure> run_scenario(Simulation& sim, const Scenario& scenario, bool (*failed)());

/// The last lines of a history before its event `end`, for a person.
std::string last_events(const History& history, std::size_t end);

/// Whether two runs were the same, and if not, a failure that shows where they part.
std::optional<Failure> compare(const Simulation& first, const Simulation& second);

/// Moves what the next run allocates to other addresses.
void perturb_heap(std::uint64_t seed);

}  // namespace troupe::inline v0::sim

// What a person reads of a failure, and how it is repeated.
#pragma once

#include <string>

#include <troupe/sim/explore.hpp>

namespace troupe::inline v0::sim {

/// Writes the schedule file, if one is wanted, and sets the failure's command.
void prepare_command(const ExploreOptions& options, Failure& failure);

/// Writes the diagram beside the schedule file, if one is wanted.
void write_diagram(const ExploreOptions& options, Failure& failure);

/// Makes the failure's schedule smaller, and tells a person of it.
void settle_failure(const ExploreOptions& options, const Scenario& scenario, Exploration& result);

/// The run that TROUPE_SIM names, in this process, for the debugger. @pre environment().replays()
Exploration repeat_as_wished(const ExploreOptions& options, const Scenario& scenario);

/// A word that a shell takes as it is.
std::string shell_quoted(const std::string& word);

}  // namespace troupe::inline v0::sim

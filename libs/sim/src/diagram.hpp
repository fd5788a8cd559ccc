// The Mermaid diagram of how a failure came to be.
#pragma once

#include <string>

#include <troupe/sim/failure.hpp>
#include <troupe/sim/history.hpp>

namespace troupe::inline v0::sim {

/// The causal past of what has failed, by the events before `end`: of a handler's exception, of that event;
/// of a deadlock, of those who wait; of all else, of the last event, and of the answers that the scenario has
/// got.
std::string diagram_of(const History& history, std::size_t end, FailureKind kind,
                       const std::string& sentence);

}  // namespace troupe::inline v0::sim

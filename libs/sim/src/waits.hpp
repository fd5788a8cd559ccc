// Who waits for whom, read from a history.
#pragma once

#include <string>

#include <troupe/sim/history.hpp>
#include <troupe/tree.hpp>

namespace troupe::inline v0::sim {

/// "a1 shop (Shop) waits in Order for the answer of a2 till (Till) to Pay; ..."; empty: nobody waits.
/// Knows the asks that have no answer yet, and from the tree the turns that wait for something else.
std::string describe_waits(const History& history, const Tree& tree);

}  // namespace troupe::inline v0::sim

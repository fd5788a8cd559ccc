// The walk along the edges, and what is done about a circle.
#pragma once

#include <troupe/detail/await.hpp>

#include "deadlock/edges.hpp"

namespace troupe::inline v0::detail {

/// Looks for a circle with this waiter in it, and does about it what its system's options say. The caller
/// needs no token: it may have given up the waiter's.
void look_for_circle(const Waiter& start) noexcept;
/// As look_for_circle(), from whoever waits for this await: its Reply has been given to another actor.
void look_from_asker(AwaitBlock& block, std::uint64_t number) noexcept;

}  // namespace troupe::inline v0::detail

// What an actor's turn awaits, in words.
#pragma once

#include <string>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

/// "Charge asked of shop/payments at checkout.cpp:40"; several, if it awaits several. Empty: nothing, or it
/// has just changed. From any thread that holds no tree guard.
std::string describe_awaited(Cell& cell, std::uint64_t gen);

}  // namespace troupe::inline v0::detail

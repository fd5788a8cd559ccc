// How many messages wait in a lane, as seen from another thread.
#pragma once

#include <cstddef>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

/// Counts at most `limit`. A lane that its runner pops from at this moment is tried a few times, and then
/// taken for empty. @pre the caller holds the cell's tree guard, and is the only observer
std::size_t mailbox_depth(Cell& cell, std::size_t limit);

}  // namespace troupe::inline v0::detail

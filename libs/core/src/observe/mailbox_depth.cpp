#include "observe/mailbox_depth.hpp"
#include <algorithm>
#include <thread>

#include "mailbox/locked_cell.hpp"

namespace troupe::inline v0::detail {

// The lane may be walked while its runner is inside a turn, or none is there: then nobody frees a node. The
// observer says that it walks, and looks whether the runner is in a turn; the runner says that it pops, and
// looks whether it is observed. One of them sees the other; the fence is paid by the observer alone.
std::size_t mailbox_depth(Cell& cell, std::size_t limit) {
  if (is_locked(cell.gen.load(std::memory_order_relaxed)))
    return std::min<std::size_t>(mailbox_of(cell).depth(), limit);
  constexpr int attempts = 3;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (cell.lanes.looks_idle()) return 0;
    cell.observed.begin();
    // acquire: the tail as the runner left it when it went into the turn.
    const MessageOps* activity = cell.activity.load(std::memory_order_acquire);
    const bool nobody_pops = activity != &between;
    const std::size_t depth = nobody_pops ? cell.lanes.count_user(limit) : 0;
    cell.observed.end();
    if (nobody_pops) return depth;
    std::this_thread::yield();
  }
  return 0;
}

}  // namespace troupe::inline v0::detail

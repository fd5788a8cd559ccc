// The cells of all systems of the process: those with lanes alone, and those whose mailboxes have rules.
#pragma once

#include <troupe/detail/cell.hpp>

#include "mailbox/locked_cell.hpp"
#include "memory/stable_pool.hpp"

namespace troupe::inline v0::detail {

using Cells = StablePool<Cell>;
using LockedCells = StablePool<LockedCell>;

/// Puts back this cell, which a late sender is draining right now, and takes one that is free.
Cell& take_another(Cell& busy);
/// A cell that nobody lives in, with its token. Its gen's counter is the next actor's.
inline Cell& take_free_cell() {
  Cell* cell = Cells::take();
  return cell->lanes.try_revive() ? *cell : take_another(*cell);
}
/// The same, for a mailbox with rules.
LockedCell& take_free_locked_cell();

/// A counter that would wrap retires the cell for good: its old addresses must stay void. A root's cell waits
/// for the end of its system. @pre its actor has ended
inline bool is_reusable(const Cell& cell) {
  return counter_of(cell.gen.load(std::memory_order_relaxed)) != last_counter && cell.parent;
}

/// @pre it rests as dead, or a late sender drains it
inline void put_cell(Cell& cell) noexcept {
  if (cell.condition.locked) {
    LockedCells::put(&locked(cell));
  } else {
    Cells::put(&cell);
  }
}

/// As StablePool::for_each().
template <class Visit>
void for_each_cell(Visit&& visit) {
  Cells::for_each(visit);
  LockedCells::for_each(visit);
}

}  // namespace troupe::inline v0::detail

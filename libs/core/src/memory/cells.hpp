// The cells of all systems of the process: those with lanes alone, and those whose mailboxes have rules.
#pragma once

#include <troupe/detail/cell.hpp>

#include "mailbox/locked_cell.hpp"
#include "memory/stable_pool.hpp"

namespace troupe::inline v0::detail {

using Cells = StablePool<Cell, &Cell::ready_next>;
using LockedCells = StablePool<LockedCell, &LockedCell::free_next>;

/// As StablePool::for_each().
template <class Visit>
void for_each_cell(Visit&& visit) {
  Cells::for_each(visit);
  LockedCells::for_each(visit);
}

}  // namespace troupe::inline v0::detail

// The cell of an actor whose mailbox has rules. Its memory is only ever such a cell, and its generations have
// locked_bit: so whoever has an address knows which kind of cell it leads to without looking there.
#pragma once

#include <cstdint>

#include <troupe/detail/cell.hpp>

#include "mailbox/locked_mailbox.hpp"

namespace troupe::inline v0::detail {

struct LockedCell : Cell {
  LockedCell() {
    gen.store(locked_bit, std::memory_order_relaxed);
    condition.locked = true;
  }

  LockedMailbox mailbox;
  std::uint32_t turns_under_way = 0;  ///< suspended turns of a reentrant actor; token holder
};

/// @pre cell.condition.locked, or one of its generations has locked_bit
inline LockedCell& locked(Cell& cell) { return static_cast<LockedCell&>(cell); }
inline const LockedCell& locked(const Cell& cell) { return static_cast<const LockedCell&>(cell); }
inline LockedMailbox& mailbox_of(Cell& cell) { return locked(cell).mailbox; }
inline const LockedMailbox& mailbox_of(const Cell& cell) { return locked(cell).mailbox; }

/// Tells somebody who may rest idle that there is mail.
void ring(Cell& cell);
/// Gives the token back until something comes, as Lanes::rest_idle() does for cells without rules.
inline bool rest_idle(Cell& cell) {
  if (!cell.condition.locked) [[likely]]
    return cell.lanes.rest_idle();
  const LockedMailbox& mailbox = mailbox_of(cell);
  return cell.lanes.rest_idle_unless([&mailbox] { return !mailbox.looks_empty(); });
}

}  // namespace troupe::inline v0::detail

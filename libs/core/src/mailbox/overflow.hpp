// Sending to a mailbox with rules, and waiting for room in one.
#pragma once

#include <troupe/detail/await.hpp>

#include "mailbox/locked_cell.hpp"

namespace troupe::inline v0::detail {

/// Sends the letter, or has `waiter` wait for room with it. Full it never answers. @pre the cell's is such a
/// mailbox, and so for all below
LockedMailbox::Put send_or_wait(Cell& cell, Envelope* letter, AwaitBlock& waiter);
/// What follows a put. False: the letter was not taken, and is the caller's.
bool finish_put(Cell& cell, LockedMailbox::Put outcome, Envelope* displaced);
/// Delivers the letter if that takes no wait. False: it is the caller's still.
inline bool deliver_at_once(Cell& cell, Envelope* letter) {
  Envelope* displaced;
  const auto outcome = mailbox_of(cell).put_at_once(letter, displaced);
  if (outcome == LockedMailbox::Put::accepted && !displaced) [[likely]]
    return true;
  return finish_put(cell, outcome, displaced);
}
/// The await that once had to wait for room is over. @pre waiter.room.cell is set
void leave_room_queue(AwaitBlock& waiter) noexcept;

/// Makes a dead letter of what had no room, and frees it.
void drop_overflowing(Cell& cell, Envelope* letter);

/// Ends a letter that nobody misses.
void drop_silently(Envelope* letter) noexcept;

/// The actor takes no more messages from those who wait for room: they are told why. @pre the caller holds
/// the token
void refuse_waiters(Cell& cell, Drop why);

}  // namespace troupe::inline v0::detail

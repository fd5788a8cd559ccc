// Sending to a mailbox with rules, and waiting for room in one.
#pragma once

#include <troupe/detail/await.hpp>

#include "mailbox/locked_mailbox.hpp"

namespace troupe::inline v0::detail {

/// Sends the letter, or has `waiter` wait for room with it. Full it never answers. @pre the cell's is such a
/// mailbox, and so for all below
LockedMailbox::Put send_or_wait(Cell& cell, Envelope* letter, AwaitBlock& waiter);
/// Delivers the letter if that takes no wait. Else it is the caller's still: full, or gone.
LockedMailbox::Put deliver_at_once(Cell& cell, Envelope* letter);
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

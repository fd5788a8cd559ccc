#include "mailbox/locked_cell.hpp"
#include <optional>
#include <string>

#include <troupe/detail/ref_services.hpp>
#include <troupe/detail/tracing.hpp>

#include "lifecycle/drain.hpp"
#include "mailbox/overflow.hpp"
#include "scheduler/ready.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

void ring(Cell& cell) {
  const Wake what = cell.lanes.ring();
  if (what != Wake::none) wake(cell, what);
}

void drop_silently(Envelope* letter) noexcept {
  letter->ops->drop(*letter, {StopReason::stopped, nullptr, nullptr, {}});
  free_envelope(letter);
}

void drop_overflowing(Cell& cell, Envelope* letter) {
  // Of an actor that has just ended it is what is still known.
  const std::string path = describe(cell, letter->addressee());
  Drop why{StopReason::stopped, nullptr, Runtime::of(cell), path};
  why.overflow = true;
  if (letter->is_traced()) trace_drop(cell, *letter, why);
  letter->ops->drop(*letter, why);
  free_envelope(letter);
}

bool finish_put(Cell& cell, LockedMailbox::Put outcome, Envelope* displaced) {
  if (outcome == LockedMailbox::Put::accepted_first) ring(cell);
  if (displaced) drop_overflowing(cell, displaced);
  return outcome != LockedMailbox::Put::full && outcome != LockedMailbox::Put::gone;
}

void send_locked(Cell& cell, Envelope* letter) {
  Envelope* displaced = nullptr;
  const auto outcome = mailbox_of(cell).put(letter, displaced);
  if (outcome == LockedMailbox::Put::accepted) context.note_send_to_busy(cell);
  if (finish_put(cell, outcome, displaced)) return;
  if (outcome == LockedMailbox::Put::full) return drop_overflowing(cell, letter);
  drop_stale(cell, *letter);
  free_envelope(letter);
}

LockedMailbox::Put send_or_wait(Cell& cell, Envelope* letter, AwaitBlock& waiter) {
  waiter.room.cell = &cell;
  Envelope* displaced = nullptr;
  const auto outcome = mailbox_of(cell).put_or_wait(letter, waiter, displaced);
  finish_put(cell, outcome, displaced);
  return outcome;
}

void leave_room_queue(AwaitBlock& waiter) noexcept {
  mailbox_of(*waiter.room.cell).withdraw(waiter);
  waiter.room.cell = nullptr;
}

void refuse_waiters(Cell& cell, Drop why) {
  LockedMailbox& mailbox = mailbox_of(cell);
  std::string path;
  if (why.path.empty() && mailbox.waiters() > 0) why.path = path = path_of(cell);
  mailbox.close(why);
}

std::optional<Reason> try_tell_letter(Cell& cell, Envelope* letter) {
  Envelope* displaced = nullptr;
  const auto outcome = mailbox_of(cell).put(letter, displaced);
  if (finish_put(cell, outcome, displaced)) return std::nullopt;
  return outcome == LockedMailbox::Put::full ? Reason::overflow : Reason::stopped;
}

}  // namespace troupe::inline v0::detail

#include "turns/next_letter.hpp"

#include <troupe/detail/context.hpp>
#include <troupe/detail/tracing.hpp>

#include "lifecycle/retire.hpp"
#include "lifecycle/stop.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"
#include "turns/run_cell.hpp"

namespace troupe::inline v0::detail {

bool has_work(const Cell& cell) noexcept {
  return cell.lanes.has_signal() ||
         (!holds_mail(cell) && (cell.condition.has_front || cell.lanes.has_user()));
}

const Envelope* next_letter(const Cell& cell) noexcept {
  if (cell.lanes.has_signal() || holds_mail(cell)) return nullptr;
  if (cell.condition.has_front) return cell.extra->front.front();
  const Node* node = cell.lanes.peek_user();
  if (!node || cell.lanes.is_embedded_stub(node)) return nullptr;
  const auto* letter = static_cast<const Envelope*>(node);
  return letter->ops->actor.empty() ? nullptr : letter;  // a stop has no handler
}

namespace {

/// The letter, whose block its queue keeps or, for one that was stashed, the caller frees.
void crash_on(Cell& cell, Envelope& letter, const std::exception_ptr& cause) {
  cell.handled.store(cell.handled.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  const std::uint64_t name = name_of(letter);
  const MessageOps& ops = *letter.ops;
  const std::string path = path_of(cell);
  const Drop why{StopReason::failed, cause, &cell.group().runtime(), path};
  Running& running = context.base;
  running.cell = &cell;
  const TurnScope scope(running);
  if (name == 0) {
    letter.ops->drop(letter, why);
    return fail_actor(cell, ops, cause);
  }
  const TracedTurn turn(cell, name, ops, TraceKind::turn_begin);
  letter.ops->drop(letter, why);
  fail_actor(cell, ops, cause);
}

}  // namespace

bool crash_next(Cell& cell, const std::exception_ptr& cause) {
  const Envelope* next = next_letter(cell);
  if (!next || !cell.is(next->addressee())) return false;
  if (cell.condition.has_front) {
    Envelope* letter = cell.extra->front.front();
    cell.extra->front.pop_front();
    cell.condition.has_front = !cell.extra->front.empty();
    crash_on(cell, *letter, cause);
    free_envelope(letter);
  } else {
    crash_on(cell, static_cast<Envelope&>(*cell.lanes.pop_user(free_envelope)), cause);
  }
  return true;
}

}  // namespace troupe::inline v0::detail

// How a request goes its way: an ask, a delivery, or a signal that is answered; in place, queued, or after it
// has waited for room.
#include <string>
#include <utility>

#include <troupe/ask.hpp>
#include <troupe/detail/await.hpp>

#include "await/refusal.hpp"
#include "await/thread_inbox.hpp"
#include "deadlock/rest.hpp"
#include "lifecycle/drain.hpp"
#include "mailbox/locked_cell.hpp"
#include "mailbox/overflow.hpp"
#include "observe/control_trace.hpp"
#include "observe/describe.hpp"
#include "observe/monitor.hpp"
#include "scheduler/ready.hpp"
#include "system/runtime.hpp"
#include "turns/run_cell.hpp"

namespace troupe::inline v0::detail {

namespace {
[[noreturn]] void refuse_empty_ask() {
  throw UsageError(
      "all() or first() was given an empty troupe::Ask<>, which awaits nothing: leave it out, or await it "
      "alone");
}
}  // namespace

void Request::send(SinkBase& sink) {
  if (!letter_ && way_ != Way::nothing) refuse_spent_ask();
  switch (way_) {
    case Way::ask:
      return send_ask(sink);
    case Way::deliver:
      return send_delivery(sink);
    case Way::signal:
      return send_as_signal(sink);
    case Way::nothing:
      refuse_empty_ask();
  }
}

void Request::check_not_own(const SinkBase& sink) const {
  if (!sink.waiting().handle || target_ != context.running->cell || target_->ops->reentrant) return;
  const std::string message(letter_->ops->message);
  throw UsageError(describe_actor(*target_) +
                   (way_ == Way::deliver ? " delivers " + message + " to itself while its mailbox is full"
                                         : " asks itself " + message) +
                   ": it would wait for ever for its own turn to end; call the handler directly, or declare "
                   "`static constexpr troupe::Turns turns = troupe::reentrant`");
}

void Request::send_ask(SinkBase& sink) {
  // Else a message to an actor that has ended would wait in its successor's lane: perhaps for the very turn
  // that asks. One that ends between here and the send is seen by its drain, or by the successor's next turn.
  const bool gone = !target_->is(letter_->addressee());
  if (!gone) check_not_own(sink);
  Envelope* letter = std::exchange(letter_, nullptr);
  destination_in(*letter) = sink.open(*target_, letter->addressee(), letter->ops, name_of(*letter));
  if (letter->is_traced()) [[unlikely]]
    trace_letter(TraceKind::ask, *target_, *letter);
  if (gone) {
    drop_stale(*target_, *letter);
    return free_envelope(letter);
  }
  sink.arm(within_);
  if (!(letter->gen & locked_bit)) [[likely]]
    return detail::send(*target_, letter);
  if (send_or_wait(*target_, letter, sink.block()) == LockedMailbox::Put::gone) {
    drop_stale(*target_, *letter);
    free_envelope(letter);
  }
}

void Request::send_as_signal(SinkBase& sink) {
  Envelope* letter = std::exchange(letter_, nullptr);
  const std::uint64_t name = tracing() ? name_message(*target_, letter->addressee()) : name_of(*letter);
  destination_in(*letter) = sink.open(*target_, letter->addressee(), letter->ops, name);
  tell_tracer(*target_, letter->addressee(), "join", name);
  sink.arm(within_);
  send_signal(*target_, letter);
}

// --- deliveries

namespace {
AskError undeliverable(const Envelope& letter) {
  return refusal(not_accepted(*letter.ops), {StopReason::no_such_actor, nullptr, nullptr, {}});
}
}  // namespace

bool Request::deliver_at_once() {
  if (!letter_) [[unlikely]]
    refuse_spent_ask();
  // What is traced takes the long way, and so does what has nobody to go to.
  if (letter_->is_traced()) [[unlikely]]
    return false;
  if (letter_->gen & locked_bit) {
    if (!detail::deliver_at_once(*target_, letter_)) return false;
  } else {
    if (!target_->is(letter_->addressee())) return false;
    detail::send(*target_, letter_);
  }
  letter_ = nullptr;
  return true;
}

void Request::send_delivery(SinkBase& sink) {
  if (target_ == &nobody()) refuse_empty_address();
  Envelope* letter = letter_;
  const bool may_wait = (letter->gen & locked_bit) != 0;
  if (may_wait && target_->is(letter->addressee())) check_not_own(sink);
  letter_ = nullptr;
  const Destination to = sink.open(*target_, letter->addressee(), letter->ops);
  if (!target_->is(letter->addressee())) {
    send_error(to, undeliverable(*letter));
    return drop_silently(letter);
  }
  // Before it is sent: afterwards it may be gone.
  if (letter->is_traced()) trace_letter(TraceKind::send, *target_, *letter);
  if (!may_wait) {
    detail::send(*target_, letter);
    return send_value<void>(to);
  }
  sink.block().room.delivers = true;
  sink.arm(within_);
  switch (send_or_wait(*target_, letter, sink.block())) {
    case LockedMailbox::Put::waits:
      return;
    case LockedMailbox::Put::gone:
      send_error(to, undeliverable(*letter));
      return drop_silently(letter);
    default:
      return send_value<void>(to);
  }
}

void Request::await_after_all(Cell& target, Envelope& letter, SinkBase& sink, std::uint64_t traced_ask) {
  // The handler has suspended, or passed its duty to answer on.
  if (!sink.is_open()) {
    destination_in(letter) = sink.open(target, letter.addressee(), letter.ops, traced_ask);
  }
  sink.arm(within_);
  sink.was_asked_before(target);
}

void refuse_spent_ask() {
  throw UsageError(
      "an ask was awaited a second time, or after it was moved: it is sent once, so make another");
}

void Request::discard() noexcept {
  // Never sent: nobody waits, nobody handles, so nobody misses it.
  if (way_ != Way::deliver) destination_in(*letter_) = {};
  drop_silently(letter_);
}

namespace {
/// Gives back the token of an actor whose turn awaits, or that holds its mail. False: something has come in.
bool rest_holding(Cell& target) {
  if (target.condition.life != Life::running) return false;
  if (target.condition.locked) mailbox_of(target).let_in();
  Monitor& monitor = target.group().runtime().monitor();
  if (!rest_waiting(target)) return false;
  // No worker needs to wake for it, and then nobody else would have its mail watched.
  if (!context.worker) monitor.note_left_turn();
  return true;
}
}  // namespace

void end_inline_slowly(Cell& target) {
  if (holds_mail(target)) {
    if (!rest_holding(target)) make_ready(target);
    return;
  }
  target.activity.store(&at_rest, std::memory_order_release);
  const bool has_more = target.condition.has_front || target.condition.stops_itself;
  if (has_more || !rest_idle(target)) make_ready(target);
}

bool InlineRun::check(Cell& target, std::uint64_t gen) {
  if (target.is(gen)) return true;
  if (!rest_idle(target)) make_ready(target);
  return false;
}

// --- get()

void refuse_get(const Cell& target) {
  const Running& running = *context.running;
  std::string message = "its constructor";
  if (running.letter || running.inline_run)
    message = running.cell->activity.load(std::memory_order_relaxed)->message;
  throw UsageError(describe_actor(*running.cell) + " called get() on an ask of " +
                   std::string(class_name(target)) + " while it handled " + message +
                   ": an actor must not block its thread; write co_await instead of get(), in a handler that "
                   "returns troupe::Task");
}

bool wait_in_thread(Waiting& waiting, Cell& target, const std::source_location& where) {
  waiting.note(where);
  Runtime* runtime = Runtime::of(target);
  return ThreadInbox::mine().wait(waiting, runtime);
}

AskError unanswerable(const Cell& target) {
  return AskError(Reason::unanswerable, "an ask of " + std::string(class_name(target)) +
                                            " can't be answered: no actor is ready and no timer is armed");
}

}  // namespace troupe::inline v0::detail

#include <string>
#include <utility>

#include <troupe/ask.hpp>
#include <troupe/detail/await.hpp>
#include <troupe/detail/dead_letter_box.hpp>

#include "await/refusal.hpp"
#include "await/thread_inbox.hpp"
#include "await/timed_out.hpp"
#include "deadlock/rest.hpp"
#include "lifecycle/retire.hpp"
#include "mailbox/locked_cell.hpp"
#include "mailbox/overflow.hpp"
#include "memory/stable_pool.hpp"
#include "observe/control_trace.hpp"
#include "observe/describe.hpp"
#include "scheduler/ready.hpp"
#include "system/runtime.hpp"
#include "turns/run_cell.hpp"

namespace troupe::inline v0::detail {

namespace {
using Blocks = StablePool<AwaitBlock, &AwaitBlock::free_next>;

/// An answer that is an error. It needs no type: the sink knows what it wanted.
struct ErrorAnswer : AnswerEnvelope {
  ErrorAnswer(const MessageOps* operations, Destination to, AskError reason)
      : AnswerEnvelope(operations, to), error(std::move(reason)) {}
  AskError error;
};

void run_error(Cell& cell, Envelope& envelope) {
  auto& answer = static_cast<ErrorAnswer&>(envelope);
  SinkBase* sink = accept_answer(answer);
  if (sink) sink->error = std::move(answer.error);
  answer.error.~AskError();
  if (sink) answer_arrived(cell, *sink, false);
}
void drop_error(Envelope& envelope, const Drop&) {
  auto& answer = static_cast<ErrorAnswer&>(envelope);
  accept_answer(answer);
  answer.error.~AskError();
}
constexpr MessageOps error_ops{
    run_error, drop_error, sizeof(ErrorAnswer), block_class(sizeof(ErrorAnswer)), Kind::control,
    false,     "",         "an error"};

std::string named(const MessageOps& message) {
  return std::string(message.message) + " asked of " + std::string(message.actor);
}

const MessageOps& message_of(Destination to) { return *to.block->message; }

void put_error(Destination to, AskError error) {
  if (to.is_inline()) {
    to.sink()->error = std::move(error);
  } else {
    send_error(to, std::move(error));
  }
}
}  // namespace

AwaitBlock* take_await_block() { return Blocks::take(); }

void free_await_block(AwaitBlock* block) noexcept {
  const std::uint64_t number = block->number();
  // release: a late answerer's failed CAS needs nothing; the next taker has the block by the pool's lock.
  block->state.store(AwaitBlock::word(number + 1, AwaitBlock::vacant), std::memory_order_release);
  block->sink = nullptr;
  block->room.delivers = false;
  Blocks::put(block);
}

Destination SinkBase::open(Cell& target, std::uint64_t target_gen, const MessageOps* message,
                           std::uint64_t traced_ask_name) {
  AwaitBlock* block = take_await_block();
  // Numbers start at 1: 0 marks an inline destination.
  const std::uint64_t number = block->number() + (block->number() == 0 ? 1 : 0);
  // Not the current cell: after an inline run that suspended, another's turn is what runs.
  Cell* asker = waiting->cell;
  block->asker = asker;
  block->asker_gen = asker ? asker->gen.load(std::memory_order_relaxed) : 0;
  block->inbox = asker ? nullptr : &ThreadInbox::mine();
  block->sink = this;
  block->target = &target;
  block->target_gen = target_gen;
  block->message = message;
  block->traced_ask = traced_ask = traced_ask_name;
  Runtime* const runtime = Runtime::of(asker ? *asker : target);
  block->runtime.store(runtime, std::memory_order_relaxed);
  block->place.check = 0;
  link_edge(*block, runtime);
  // The deadline's node may still be in a wheel for an earlier await: that one's time isn't this one's.
  block->deadline.due.store(DeadlineNode::never, std::memory_order_relaxed);
  // release: pairs with the claim's acquire, and with the timer's.
  block->state.store(AwaitBlock::word(number, AwaitBlock::pending), std::memory_order_release);
  block_ = block;
  return {block, number};
}

void SinkBase::arm(std::chrono::nanoseconds within) {
  Runtime* runtime = block_->runtime.load(std::memory_order_relaxed);
  if (!runtime) return;
  if (within < within.zero()) within = runtime->ask_deadline();
  if (within == within.max()) {
    block_->since = runtime->clock().now().count();
    return;
  }
  if (block_->asker) {
    runtime->timers().arm_deadline(*block_, within);
  } else {
    runtime->timers().arm_deadline_outside(*block_, within);
  }
}

void SinkBase::link_edge(AwaitBlock& block, Runtime* runtime) {
  Cell* const asker = waiting->cell;
  if (asker && asker->ops->reentrant) return;
  const bool waits = waiting->until() == Waiting::Until::all && runtime && runtime->finds_deadlocks();
  AwaitBlock* const other = waits ? waiting->edges : nullptr;
  block.next_edge = other;
  block.previous_edge = nullptr;
  block.failure_ends_wait = !errors_are_values;
  block.order = runtime ? runtime->next_in_order() : 0;
  if (other) other->previous_edge = &block;
  if (waits) waiting->edges = &block;
  // release: the block itself, which may be new. Pairs with first_edge() in deadlock/walk.cpp.
  if (asker)
    asker->waits_for.store(waits ? reinterpret_cast<std::uintptr_t>(&block) | look_bit : 0,
                           std::memory_order_release);
}

void SinkBase::unlink_edge(AwaitBlock& block) noexcept {
  AwaitBlock* const next = block.next_edge;
  AwaitBlock* const previous = block.previous_edge;
  if (next) next->previous_edge = previous;
  if (previous) {
    previous->next_edge = next;
  } else if (waiting->edges == &block) {
    waiting->edges = next;
    replace_first_edge(block, next);
  }
}

void SinkBase::was_asked_before(const Cell& target) noexcept {
  const std::uintptr_t word = target.waits_for.load(std::memory_order_relaxed);
  if (word == 0) return;
  const std::int64_t inner = reinterpret_cast<const AwaitBlock*>(word & ~look_bit)->since;
  block_->since = inner - 1;
}

void SinkBase::close() noexcept {
  AwaitBlock* const block = std::exchange(block_, nullptr);
  if (block->room.cell) leave_room_queue(*block);
  if (block->next_edge || block->previous_edge) [[unlikely]]
    unlink_edge(*block);
  free_await_block(block);
}

void SinkBase::abandon() noexcept {
  AwaitBlock* block = std::exchange(block_, nullptr);
  if (block->room.cell) leave_room_queue(*block);
  if (block->claim(block->number())) {
    free_await_block(block);
  } else {
    block->sink = nullptr;  // the answer is in this actor's signal lane: whoever takes it frees the block
  }
}

SinkBase* accept_answer(AnswerEnvelope& answer) noexcept {
  AwaitBlock* block = answer.destination.block;
  SinkBase* sink = block->sink;
  if (sink) {
    sink->close();
  } else {
    free_await_block(block);
  }
  return sink;
}

void send_answer(AnswerEnvelope* answer) {
  AwaitBlock& block = *answer->destination.block;
  if (block.traced_ask != 0) [[unlikely]] {
    trace_answer(block.asker, block.asker_gen, block.traced_ask, answer->ops->message,
                 block.runtime.load(std::memory_order_relaxed));
  }
  if (block.asker) {
    send_signal(*block.asker, answer);
  } else {
    block.inbox.get()->push(answer);
  }
}

bool send_error(Destination to, AskError error) {
  if (!to.block->claim(to.number)) return false;
  send_answer(make_envelope<ErrorAnswer>(&error_ops, to, std::move(error)));
  return true;
}

namespace {
constinit thread_local GivenReply* given_reply = nullptr;  // of the innermost handler that has one
constinit thread_local const std::exception_ptr* frames_failure = nullptr;
}  // namespace

GivenReply::GivenReply(Destination to) noexcept : to_(to), outer_(std::exchange(given_reply, this)) {}

GivenReply::~GivenReply() {
  given_reply = outer_;
  if (returned_) send_broken_promise(to_);
}

bool GivenReply::take_back(Destination to) noexcept {
  if (!given_reply || given_reply->to_ != to || std::uncaught_exceptions() == 0) return false;
  return given_reply->returned_ = true;
}

FailedFrame::FailedFrame(const std::exception_ptr& cause) noexcept
    : outer_(std::exchange(frames_failure, &cause)) {}
FailedFrame::~FailedFrame() { frames_failure = outer_; }

void send_broken_promise(Destination to) noexcept {
  if (to.is_inline() || GivenReply::take_back(to)) return;
  if (frames_failure) return send_failure(to, *frames_failure);
  // The block may be another await's by now: then the claim fails, and the text is thrown away.
  if (!to.block->claim(to.number)) return;
  AskError error(Reason::broken_promise, named(message_of(to)) + " got no answer: its Reply was dropped");
  send_answer(make_envelope<ErrorAnswer>(&error_ops, to, std::move(error)));
}

void send_failure(Destination to, std::exception_ptr cause) {
  if (!to || (!to.is_inline() && !to.block->claim(to.number))) return;
  send_failure_instead(to, std::move(cause));
}

void put_failure_instead(SinkBase& sink, const AnswerEnvelope& answer, std::exception_ptr cause) {
  const std::string text = "an answer of type " + std::string(answer.ops->message) +
                           " was lost: its move threw: " + describe_exception(cause);
  sink.error = AskError(Reason::failed, text, std::move(cause));
}

void send_failure_instead(Destination to, std::exception_ptr cause) {
  std::string text = "the handler threw: " + describe_exception(cause);
  if (!to.is_inline()) {
    text = named(message_of(to)) + " got no answer: " + text;
    send_answer(make_envelope<ErrorAnswer>(&error_ops, to, AskError(Reason::failed, text, std::move(cause))));
    return;
  }
  const MessageOps* message = context.running->letter ? context.running->letter->ops : nullptr;
  if (message) text = named(*message) + " got no answer: " + text;
  put_error(to, AskError(Reason::failed, text, std::move(cause)));
}

AskError refusal(const std::string& what, const Drop& why) {
  const char* reason_text = "the actor had stopped";
  Reason reason = Reason::stopped;
  if (why.overflow) {
    reason = Reason::overflow;
    reason_text = "the actor's mailbox was full, and a newer message has taken its place";
  } else if (why.reason == StopReason::failed) {
    reason = Reason::failed;
    reason_text = "the actor failed";
  } else if (why.reason == StopReason::killed) {
    reason = Reason::killed;
    reason_text = "the actor was killed";
  }
  std::string text = what + ": " + reason_text;
  if (why.cause) text += ": " + describe_exception(why.cause);
  return AskError(reason, text, why.cause);
}

std::string not_accepted(const MessageOps& message) {
  return std::string(message.message) + " delivered to " + std::string(message.actor) + " was not accepted";
}

void send_refusal(Destination to, const MessageOps& message, const Drop& why) {
  put_error(to, refusal(named(message) + " got no answer", why));
}

void late_answer(Destination to, std::string_view type) noexcept {
  // The block may serve another await by now; its runtime is at worst that of another asker.
  if (Runtime* runtime = to.block->runtime.load(std::memory_order_relaxed)) {
    runtime->dead_letters().late_answer(type);
  }
}

void send_claimed_error(Destination to, AskError error) {
  send_answer(make_envelope<ErrorAnswer>(&error_ops, to, std::move(error)));
}

void timed_out(AwaitBlock& block, std::uint64_t number) {
  const std::string text =
      block.room.delivers
          ? not_accepted(*block.message) + ": the actor's mailbox was full until the deadline passed"
          : named(*block.message) + " got no answer: its deadline passed";
  send_answer(
      make_envelope<ErrorAnswer>(&error_ops, Destination{&block, number}, AskError(Reason::timeout, text)));
}

// --- Request

void Request::send(SinkBase& sink) {
  if (!letter_) refuse_spent_ask();
  switch (way_) {
    case Way::ask:
      return send_ask(sink);
    case Way::deliver:
      return send_delivery(sink);
    case Way::signal:
      return send_as_signal(sink);
  }
}

void Request::check_not_own(const SinkBase& sink) const {
  if (!sink.waiting->handle || target_ != context.running->cell || target_->ops->reentrant) return;
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
  const std::uint64_t name = tracing() ? name_message(*target_) : name_of(*letter);
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

bool Request::try_deliver(SinkBase& sink) {
  if (target_->is(letter_->addressee())) {
    // What is traced takes the long way.
    if (letter_->is_traced()) return false;
    if (!(letter_->gen & locked_bit)) {
      detail::send(*target_, std::exchange(letter_, nullptr));
      return true;
    }
    switch (try_send_locked(*target_, letter_)) {
      case LockedMailbox::Put::full:
        return false;
      case LockedMailbox::Put::gone:
        break;
      default:
        letter_ = nullptr;
        return true;
    }
  }
  sink.error = undeliverable(*letter_);
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

void end_inline_slowly(Cell& target) {
  if (holds_mail(target)) {
    if (target.condition.life == Life::running) {
      if (target.condition.locked) mailbox_of(target).let_in();
      if (rest_waiting(target)) return;
    }
    return make_ready(target);
  }
  target.activity.store(&at_rest, std::memory_order_release);
  if (!target.condition.has_front && rest_idle(target)) return;
  make_ready(target);
}

bool InlineRun::check(Cell& target, std::uint64_t gen) {
  if (target.is(gen)) return true;
  if (!rest_idle(target)) make_ready(target);
  return false;
}

// --- get()

void refuse_get(const Cell& target) {
  const Running& running = *context.running;
  const std::string message = running.letter ? std::string(running.letter->ops->message) : "its constructor";
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

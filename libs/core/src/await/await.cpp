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
using Blocks = StablePool<AwaitBlock>;

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
  Cell* asker = waiting_.cell;
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
    block_->since = block_->asker ? runtime->clock().now().count() : runtime->timers().now_outside();
    return;
  }
  if (block_->asker) {
    runtime->timers().arm_deadline(*block_, within);
  } else {
    runtime->timers().arm_deadline_outside(*block_, within);
  }
}

void SinkBase::link_edge(AwaitBlock& block, Runtime* runtime) {
  Cell* const asker = waiting_.cell;
  // What an earlier await has left here would be taken for neighbours by close().
  block.next_edge = nullptr;
  block.previous_edge = nullptr;
  if (asker && asker->ops->reentrant) return;
  const bool waits = waiting_.until() == Waiting::Until::all && runtime && runtime->finds_deadlocks();
  AwaitBlock* const other = waits ? waiting_.edges : nullptr;
  block.next_edge = other;
  block.failure_ends_wait = !errors_are_values_;
  block.order = runtime ? runtime->next_in_order() : 0;
  if (other) other->previous_edge = &block;
  if (waits) waiting_.edges = &block;
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
  } else if (waiting_.edges == &block) {
    waiting_.edges = next;
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

AskError failure(const MessageOps& message, std::exception_ptr cause) {
  const std::string text = named(message) + " got no answer: the handler threw: " + describe_exception(cause);
  return AskError(Reason::failed, text, std::move(cause));
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
  if (to.is_inline()) {
    to.sink()->error = failure(*context.running->letter->ops, std::move(cause));
  } else {
    send_answer(make_envelope<ErrorAnswer>(&error_ops, to, failure(message_of(to), std::move(cause))));
  }
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

}  // namespace troupe::inline v0::detail

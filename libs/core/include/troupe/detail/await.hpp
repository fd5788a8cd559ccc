// Waiting for an answer: the sink that keeps it in the waiter's own memory, and the answers on their way.
//
// An answer never writes into a frame or stack of another thread: it travels as a signal to the asking
// actor's cell, or as a letter to the asking thread, with the number of the await.
//
// Invariant: sinks are touched by the asker only: on its actor's token, or on its thread.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <troupe/detail/await_block.hpp>
#include <troupe/detail/durations.hpp>
#include <troupe/detail/type_name.hpp>
#include <troupe/errors.hpp>

namespace troupe::inline v0::detail {

/// Keeps one answer. Lives in the asker's frame or stack.
class SinkBase {
 public:
  /// `as_values`: a failed answer doesn't end an all() early, since the asker wants outcomes as values.
  SinkBase(Waiting& waiting, bool as_values) noexcept : waiting_(waiting), errors_are_values_(as_values) {}
  SinkBase(const SinkBase&) = delete;
  SinkBase& operator=(const SinkBase&) = delete;

  std::optional<AskError> error;  ///< the answer, if it is one

  Waiting& waiting() const noexcept { return waiting_; }
  bool errors_are_values() const noexcept { return errors_are_values_; }
  bool is_open() const { return block_ != nullptr; }
  std::uint64_t traced_ask;  ///< set by open(): the ask's name for the tracer

  /// Prepares the await: takes a block and says who asks and whom. The caller sends the message
  /// afterwards.
  Destination open(Cell& target, std::uint64_t target_gen, const MessageOps* message,
                   std::uint64_t traced_ask_name = 0);
  /// Arms the deadline, relative to now. After open().
  void arm(std::chrono::nanoseconds within);
  /// The block of the await that is open.
  AwaitBlock& block() { return *block_; }
  /// The await began when its message was handled in place, before what that turn now waits for.
  /// @pre the caller holds the token of `target`, whose turn it was
  void was_asked_before(const Cell& target) noexcept;
  /// The answer has been consumed: frees the block.
  void close() noexcept;

 protected:
  ~SinkBase() {
    if (block_) abandon();
  }

 private:
  /// Makes the await one that its asker's turn waits for.
  void link_edge(AwaitBlock& block, Runtime* runtime);
  void unlink_edge(AwaitBlock& block) noexcept;
  /// The asker lost interest: whoever still answers will be late.
  void abandon() noexcept;

  AwaitBlock* block_ = nullptr;
  Waiting& waiting_;
  bool errors_are_values_;
};

template <class T>
using Monostate = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class R>
struct Sink final : SinkBase {
  using SinkBase::SinkBase;
  bool has_answer() const { return value || error; }

  std::optional<Monostate<R>> value;
};

/// The Reply to this await lies here from now on. @pre `to` is neither empty nor inline
void hold(Destination to, const void* reply) noexcept;
/// It has been moved into the frame of the coroutine that was to answer, if it is there.
void hold_in_frame(Destination to, const Cell& cell, const Turn& turn) noexcept;
/// Nobody but this thread will answer.
void hold_in_thread(Destination to) noexcept;

/// A letter that may have a Reply in it is about to be sent.
class Forwarding {
 public:
  Forwarding(const Cell& receiver, std::uint64_t gen, const void* letter, std::size_t bytes) noexcept {
    const std::uintptr_t offset =
        reinterpret_cast<std::uintptr_t>(context.held_at) - reinterpret_cast<std::uintptr_t>(letter);
    if (offset < bytes) [[unlikely]]
      forwards_ = hold_in_letter(receiver, gen);
  }
  /// As the above, of a duty to answer that goes on without its Reply.
  Forwarding(const Cell& receiver, std::uint64_t gen, Destination to) noexcept {
    if (to && !to.is_inline()) forwards_ = hold_by(receiver, gen, to, nullptr);
  }
  Forwarding(const Forwarding&) = delete;
  Forwarding& operator=(const Forwarding&) = delete;
  /// It has been sent: whoever waits for the reply waits for the receiver now.
  ~Forwarding() {
    if (forwards_) look();
  }

 private:
  bool hold_in_letter(const Cell& receiver, std::uint64_t gen) noexcept;
  bool hold_by(const Cell& receiver, std::uint64_t gen, Destination to, const void* reply) noexcept;
  void look() const noexcept;

  bool forwards_ = false;
  AwaitBlock* block_ = nullptr;
  std::uint64_t number_ = 0;
};

/// An answer under way. The signal's gen is the asking actor's.
struct AnswerEnvelope : Envelope {
  AnswerEnvelope(const MessageOps* operations, Destination to)
      : Envelope(operations, to.block->asker_gen), destination(to) {}
  Destination destination;
};

template <class R>
struct ValueAnswer : AnswerEnvelope {
  template <class... Args>
  explicit ValueAnswer(const MessageOps* operations, Destination to, Args&&... args)
      : AnswerEnvelope(operations, to), value(std::forward<Args>(args)...) {}
  R value;
};
template <>
struct ValueAnswer<void> : AnswerEnvelope {
  using AnswerEnvelope::AnswerEnvelope;
};

/// The sink that waits for this answer, or null if the asker has lost interest. Consumes the await.
SinkBase* accept_answer(AnswerEnvelope& answer) noexcept;
/// Resumes the asker if this was what it waited for. @pre the answer is in its sink
void answer_arrived(Cell& cell, SinkBase& sink, bool good);
/// Sends a made answer to whoever asked. @pre the caller has claimed the await
void send_answer(AnswerEnvelope* answer);
/// Claims and fails the await. False: an answer was under way already.
bool send_error(Destination to, AskError error);
/// The answerer let its Reply go without an answer.
void send_broken_promise(Destination to) noexcept;

/// The Reply that a handler was given, for as long as its first part runs. An exception that leaves the
/// handler destroys the Reply on its way, when nobody can say yet what it is: the duty then comes back to the
/// turn, which fails the ask with the cause.
class GivenReply {
 public:
  explicit GivenReply(Destination to) noexcept;
  Destination owed() const noexcept { return to_; }
  GivenReply(const GivenReply&) = delete;
  GivenReply& operator=(const GivenReply&) = delete;
  /// If it came back and there was no exception after all, the promise is broken.
  ~GivenReply();

  /// True: the turn sees to it.
  static bool take_back(Destination to) noexcept;
  /// Empty, if it didn't come back.
  Destination returned() noexcept { return returned_ ? (returned_ = false, to_) : Destination{}; }

 private:
  Destination to_;
  GivenReply* outer_;  ///< asks nest in place
  bool returned_ = false;
};
/// While the frame of a coroutine that has failed is destroyed: a Reply in it fails its ask with the cause.
class FailedFrame {
 public:
  explicit FailedFrame(const std::exception_ptr& cause) noexcept;
  FailedFrame(const FailedFrame&) = delete;
  FailedFrame& operator=(const FailedFrame&) = delete;
  ~FailedFrame();

 private:
  const std::exception_ptr* outer_;
};
/// Where a handler is given no Reply.
struct NoGivenReply {
  explicit NoGivenReply(Destination) noexcept {}
  static Destination returned() noexcept { return {}; }
};

/// What the asker is told of a handler that threw.
AskError failure(const MessageOps& message, std::exception_ptr cause);
/// The handler threw, or refused with an exception.
void send_failure(Destination to, std::exception_ptr cause);
/// As send_failure(), for a value that threw while it was being sent. @pre the caller has claimed the await
void send_failure_instead(Destination to, std::exception_ptr cause);
/// As send_failure_instead(), for a value that threw on its last move into the sink.
void put_failure_instead(SinkBase& sink, const AnswerEnvelope& answer, std::exception_ptr cause);
/// The receiver has ended, or is ending, for the reason that `why` gives.
void send_refusal(Destination to, const MessageOps& message, const Drop& why);
/// Counts an answer that nobody waits for any more.
void late_answer(Destination to, std::string_view type) noexcept;

/// As late_answer(); the news of an actor's end were sent by nobody, so nobody misses them.
template <class R>
void late_answer_of(Destination to) noexcept {
  if constexpr (!std::is_same_v<R, Terminated>) late_answer(to, type_name<R>());
}

template <class R>
struct AnswerOps {
  using Made = ValueAnswer<R>;

  static void run(Cell& cell, Envelope& envelope) {
    auto& made = static_cast<Made&>(envelope);
    SinkBase* sink = accept_answer(made);
    if (!sink) {
      late_answer_of<R>(made.destination);
      return destroy(made);
    }
    const bool good = put(made, static_cast<Sink<R>&>(*sink));
    destroy(made);
    answer_arrived(cell, *sink, good);
  }
  // The asker is gone, and its sink with it: accepting only ends the await.
  static void drop(Envelope& envelope, const Drop&) {
    auto& made = static_cast<Made&>(envelope);
    accept_answer(made);
    late_answer_of<R>(made.destination);
    destroy(made);
  }
  static bool put(Made& made, Sink<R>& sink) {
    if constexpr (std::is_void_v<R>) {
      sink.value.emplace();
    } else if constexpr (std::is_nothrow_move_constructible_v<R>) {
      sink.value.emplace(std::move(made.value));
    } else {
      try {
        sink.value.emplace(std::move(made.value));
      } catch (...) {
        put_failure_instead(sink, made, std::current_exception());
        return false;
      }
    }
    return true;
  }
  static void destroy(Made& made) {
    if constexpr (!std::is_void_v<R>) made.value.~R();
  }

  static constexpr MessageOps ops{run,           drop,  sizeof(Made), block_class(sizeof(Made)),
                                  Kind::control, false, "",           type_name<R>()};
};

/// In-thread answers go straight to the sink. @pre the caller has claimed the await
template <class R, class... Args>
void send_claimed_value(Destination to, Args&&... args) {
  if (to.is_inline()) {
    static_cast<Sink<R>*>(to.sink())->value.emplace(std::forward<Args>(args)...);
    return;
  }
  send_answer(make_envelope<ValueAnswer<R>>(&AnswerOps<R>::ops, to, std::forward<Args>(args)...));
}

/// Answers an await with a value made of `args`. A late answer is counted and dropped.
/// @throws what R's constructor throws, after the ask has failed with it
template <class R, class... Args>
void send_value(Destination to, Args&&... args) {
  if (!to) return;
  if (!to.is_inline() && !to.block->claim(to.number)) return late_answer_of<R>(to);
  if constexpr (std::is_void_v<R> || std::is_nothrow_constructible_v<R, Args...>) {
    send_claimed_value<R>(to, std::forward<Args>(args)...);
  } else {
    // Nobody else can answer any more: an exception here must not leave the asker waiting.
    try {
      send_claimed_value<R>(to, std::forward<Args>(args)...);
    } catch (...) {
      send_failure_instead(to, std::current_exception());
      throw;
    }
  }
}

}  // namespace troupe::inline v0::detail

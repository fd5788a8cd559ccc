// Ask<R>: request and reply. Lazy: nothing is sent until it is awaited, with co_await in a handler or with
// get() outside of actors; order counts from there.
#pragma once

#include <coroutine>
#include <expected>
#include <source_location>
#include <type_traits>
#include <utility>

#include <troupe/detail/await.hpp>
#include <troupe/detail/dispatch.hpp>
#include <troupe/detail/durations.hpp>
#include <troupe/detail/inline_run.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/errors.hpp>

namespace troupe::inline v0 {

using Duration = std::chrono::nanoseconds;

namespace detail {

/// An ask is sent once. @throws UsageError
[[noreturn]] void refuse_spent_ask();

/// A message that waits to be sent, and the wish to hear of its outcome.
class Request {
 public:
  Request(Cell* target, Envelope* letter, Destination* to, bool implicit, bool may_inline)
      : target_(target), letter_(letter), to_(to), implicit_(implicit), may_inline_(may_inline) {}
  Request(Request&& other) noexcept
      : target_(other.target_),
        letter_(std::exchange(other.letter_, nullptr)),
        to_(other.to_),
        within_(other.within_),
        implicit_(other.implicit_),
        may_inline_(other.may_inline_),
        as_signal_(other.as_signal_) {}
  Request& operator=(Request&&) = delete;
  ~Request() {
    if (letter_) discard();
  }

  Cell& target() const { return *target_; }
  /// A deadline that has passed already is none the less one: it doesn't stand for the default.
  void within(Duration limit) { within_ = limit < limit.zero() ? limit.zero() : limit; }
  /// A shorter one stays.
  void within_at_most(Duration limit) {
    if (within_ < within_.zero() || limit < within_) within(limit);
  }
  void never_inline() { may_inline_ = false; }
  /// Travels in the signal lane: ahead of messages, and seen also by an actor whose turn awaits.
  void as_signal() { as_signal_ = true; }

  /// Sends the message. True: the answer is in the sink already. @throws UsageError: it was sent before
  template <class R>
  bool start(Sink<R>& sink) {
    if (!letter_) [[unlikely]]
      refuse_spent_ask();
    if (may_inline_ && InlineRun::begin(*target_, letter_->addressee())) return start_inline(sink);
    send_queued(sink);
    return false;
  }

 private:
  template <class R>
  bool start_inline(Sink<R>& sink) {
    Cell& target = *target_;
    Envelope* letter = std::exchange(letter_, nullptr);
    if (implicit_) {
      *to_ = Destination::inline_sink(sink);
    } else {
      *to_ = sink.open(target, letter->addressee(), letter->ops, name_of(*letter));
    }
    const std::uint64_t traced_ask = name_of(*letter);
    if (traced_ask != 0) [[unlikely]]
      trace_letter(TraceKind::ask, target, *letter);
    // Read before: where the turn frees the letter, it may be gone afterwards.
    const bool turn_frees = letter->ops->is_task;
    InlineRun::run(target, *letter);
    const bool answered = sink.answer.has_value();
    if (traced_ask != 0 && answered) [[unlikely]]
      trace_inline_answer(target, traced_ask, type_name<R>());
    if (answered && !turn_frees) [[likely]] {
      free_envelope(letter);
    } else {
      settle_inline(target, letter, turn_frees, sink, answered, traced_ask);
    }
    end_inline(target);
    return answered;
  }

  /// After an inline run, before the token goes back: an answer that is still owed gets a real await.
  void settle_inline(Cell& target, Envelope* letter, bool turn_frees, SinkBase& sink, bool answered,
                     std::uint64_t traced_ask);
  void send_queued(SinkBase& sink);
  void discard() noexcept;

  Cell* target_;
  Envelope* letter_;
  Destination* to_;      ///< in the letter
  Duration within_{-1};  ///< negative: the system's default
  bool implicit_;        ///< the handler's result is the answer, so it may go straight to the sink
  bool may_inline_;
  bool as_signal_ = false;
};

/// Blocks the calling thread until `waiting` is over. False: nothing is left that could answer.
bool wait_in_thread(Waiting& waiting, Cell& target);
AskError unanswerable(const Cell& target);
/// get() is for plain threads. @throws UsageError inside an actor
void check_get_allowed(const Cell& target);

/// A request under way and its answer, in the frame or on the stack of who waits.
template <class R>
class Pending {
 public:
  /// The request stays where it is, and must stay there: in the ask, which lives until its await is over.
  Pending(Request& request, bool errors_are_values) : request_(request) {
    sink_.errors_are_values = errors_are_values;
  }
  bool start(Waiting& waiting) {
    sink_.waiting = &waiting;
    return request_.start(sink_);
  }
  void start_queued(Waiting& waiting) {
    request_.never_inline();
    start(waiting);
  }
  std::optional<std::expected<R, AskError>>& answer() { return sink_.answer; }
  void fail(AskError&& error) { sink_.put_error(std::move(error)); }

  R take_value() {
    auto& answer = *sink_.answer;
    if (!answer) throw AskError(std::move(answer).error());
    if constexpr (!std::is_void_v<R>) return std::move(*answer);
  }
  std::expected<R, AskError> take_outcome() { return std::move(*sink_.answer); }

 private:
  Request& request_;
  Sink<R> sink_;
};

/// Awaits one request.
template <class R, bool as_value>
class AskAwaiter {
 public:
  using troupe_awaitable = void;
  explicit AskAwaiter(Request& request) : pending_(request, as_value) {}
  AskAwaiter(const AskAwaiter&) = delete;
  AskAwaiter& operator=(const AskAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) {
    waiting_.suspend(handle);
    return !pending_.start(waiting_);
  }
  auto await_resume() {
    if constexpr (as_value) {
      return pending_.take_outcome();
    } else {
      return pending_.take_value();
    }
  }
  auto get(Cell& target) {
    check_get_allowed(target);
    if (!pending_.start(waiting_) && !wait_in_thread(waiting_, target)) pending_.fail(unanswerable(target));
    return await_resume();
  }

 private:
  Waiting waiting_{Waiting::Until::all, 1};
  Pending<R> pending_;
};

/// False whatever the type: an ask that has a name was not moved.
template <class>
inline constexpr bool is_moved = false;

template <class R, bool as_value>
class BasicAsk {
 public:
  using troupe_awaitable = void;
  using value_type = R;
  using result_type = std::conditional_t<as_value, std::expected<R, AskError>, R>;

  explicit BasicAsk(Request&& request) : request_(std::move(request)) {}
  BasicAsk(Cell* target, Envelope* letter, Destination* to, bool implicit)
      : request_(target, letter, to, implicit, true) {}

  auto operator co_await() && { return AskAwaiter<R, as_value>(request_); }
  template <class Named = R>
  auto operator co_await() & {
    static_assert(is_moved<Named>,
                  "troupe: an ask is sent once, so a named one is moved: co_await std::move(ask)");
    return AskAwaiter<R, as_value>(request_);
  }

  /// Blocks the calling thread until the answer is there. Outside of actors only.
  /// @throws UsageError in an actor; AskError (unless a try_ form)
  result_type get() && { return AskAwaiter<R, as_value>(request_).get(request_.target()); }
  template <class Named = R>
  result_type get() & {
    static_assert(is_moved<Named>,
                  "troupe: an ask is sent once, so a named one is moved: std::move(ask).get()");
    return std::move(*this).get();
  }

  Request take_request_() && { return std::move(request_); }
  Cell& target_cell_() const { return request_.target(); }
  void within_at_most_(Duration limit) { request_.within_at_most(limit); }

 protected:
  Request request_;
};

}  // namespace detail

/// Awaits an R, or throws AskError.
template <class R>
class [[nodiscard("troupe: an ask is lazy: co_await it in a handler, or call get() on it")]] Ask
    : public detail::BasicAsk<R, false> {
 public:
  using detail::BasicAsk<R, false>::BasicAsk;
  /// At most this long, instead of the system's default; Duration::max() for ever. A handler that runs
  /// inside the asker's thread can't be cut short.
  Ask within(Duration limit) && {
    this->request_.within(limit);
    return std::move(*this);
  }
  template <class Named = R>
  Ask within(Duration limit) & {
    static_assert(detail::is_moved<Named>,
                  "troupe: an ask is sent once, so a named one is moved: std::move(ask).within(limit)");
    return std::move(*this).within(limit);
  }
};

/// Awaits a std::expected<R, AskError>.
template <class R>
class [[nodiscard("troupe: an ask is lazy: co_await it in a handler, or call get() on it")]] TryAsk
    : public detail::BasicAsk<R, true> {
 public:
  using detail::BasicAsk<R, true>::BasicAsk;
  /// As Ask's.
  TryAsk within(Duration limit) && {
    this->request_.within(limit);
    return std::move(*this);
  }
  template <class Named = R>
  TryAsk within(Duration limit) & {
    static_assert(detail::is_moved<Named>,
                  "troupe: an ask is sent once, so a named one is moved: std::move(ask).within(limit)");
    return std::move(*this).within(limit);
  }
};

}  // namespace troupe::inline v0

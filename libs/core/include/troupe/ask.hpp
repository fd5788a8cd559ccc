// Ask<R>: request and reply. Lazy: nothing is sent until it is awaited, with co_await in a handler or with
// get() outside of actors; order counts from there.
#pragma once

#include <coroutine>
#include <expected>
#include <new>
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

/// What is waited for, and how the message travels.
enum class Way : std::uint8_t {
  ask,      ///< for the answer
  deliver,  ///< for room in the mailbox
  signal,  ///< for the answer; in the signal lane: ahead of messages, seen also by an actor whose turn awaits
};

/// A message that waits to be sent, and the wish to hear of its outcome.
class Request {
 public:
  Request(Cell* target, Envelope* letter, Way way = Way::ask) : target_(target), letter_(letter), way_(way) {}
  Request(Request&& other) noexcept
      : target_(other.target_),
        letter_(std::exchange(other.letter_, nullptr)),
        within_(other.within_),
        way_(other.way_) {}
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
  /// What has become of it before anybody had to wait.
  enum class Begun : std::uint8_t {
    not_yet,   ///< send() it
    taken,     ///< the target's token is the caller's: go_on() with it
    sent,      ///< the answer is to come; the sink was made ready for that
    answered,  ///< the answer is in the sink
  };
  /// Handles the message in this thread, if its actor is idle and may run here; or puts it where there is
  /// room. Most asks go no further, and need no more of the sink than a place for the answer: `prepare` makes
  /// it ready to wait, where its actor could put the message off. @throws UsageError: it was sent before
  template <class R, class Prepare>
  Begun begin(Sink<R>& sink, Prepare&& prepare) {
    if (!letter_) [[unlikely]]
      refuse_spent_ask();
    if (way_ != Way::ask) [[unlikely]]
      return way_ == Way::deliver && deliver_at_once(sink) ? Begun::answered : Begun::not_yet;
    Cell& target = *target_;
    if (!InlineRun::take(target)) return Begun::not_yet;
    Envelope& letter = *letter_;
    // What is traced has another bit in its generation.
    if (letter.gen != target.gen.load(std::memory_order_relaxed) || !letter.ops->answer_in_place) [[unlikely]]
      return Begun::taken;
    if (!letter.ops->answers_at_once) prepare();
    letter_ = nullptr;
    static_cast<AskedLetter&>(letter).to = Destination::inline_sink(sink);
    if (!answer_in_place(target, letter)) [[unlikely]] {
      sink.arm(within_);
      end_inline(target);
      return Begun::sent;
    }
    end_inline(target);
    return Begun::answered;
  }
  /// What follows Begun::taken: for a coroutine, a handler that is given a Reply, a message that is traced,
  /// or one that was sent to an earlier actor. True: the answer is in the sink. False: it is to come, if
  /// is_sent() now.
  /// @pre the sink is ready to wait
  template <class R>
  bool go_on(Sink<R>& sink) {
    Cell& target = *target_;
    if (!InlineRun::check(target, letter_->addressee())) return false;
    Envelope& letter = *std::exchange(letter_, nullptr);
    const std::uint64_t traced_ask = name_of(letter);
    destination_in(letter) = letter.ops->answers_itself
                                 ? Destination::inline_sink(sink)
                                 : sink.open(target, letter.addressee(), letter.ops, traced_ask);
    if (traced_ask != 0) trace_letter(TraceKind::ask, target, letter);
    // Read before: where the turn frees the letter, it may be gone afterwards.
    const bool turn_frees = letter.ops->is_task;
    {
      const InlineRun turn(target, letter);
      if (traced_ask == 0) {
        letter.ops->run(target, letter);
      } else {
        run_traced(target, letter);
      }
    }
    const bool answered = sink.has_answer();
    if (traced_ask != 0 && answered) trace_inline_answer(target, traced_ask, type_name<R>());
    if (!answered) await_after_all(target, letter, sink, traced_ask);
    if (!turn_frees) free_envelope(&letter);
    end_inline(target);
    return answered;
  }
  /// The answer is to come. @throws UsageError: it was sent before, or an actor asks itself
  void send(SinkBase& sink);
  bool is_sent() const { return !letter_; }

 private:
  static bool answer_in_place(Cell& target, Envelope& letter) {
    const InlineRun turn(target, letter);
    return letter.ops->answer_in_place(target, letter);
  }

  /// After an inline run, before the token goes back: an answer that is still owed gets a real await.
  void await_after_all(Cell& target, Envelope& letter, SinkBase& sink, std::uint64_t traced_ask);
  /// Unless it has to wait for room. True: it is accepted, or never will be.
  template <class R>
  bool deliver_at_once(Sink<R>& sink) {
    if constexpr (std::is_void_v<R>) {
      if (!try_deliver(sink)) return false;
      if (!sink.error) sink.value.emplace();
      return true;
    } else {
      return false;
    }
  }
  bool try_deliver(SinkBase& sink);
  void send_ask(SinkBase& sink);
  void send_delivery(SinkBase& sink);
  void send_as_signal(SinkBase& sink);
  /// Actors that wait for themselves never go on. @throws UsageError
  void check_not_own(const SinkBase& sink) const;
  void discard() noexcept;

  Cell* target_;
  Envelope* letter_;
  Duration within_{-1};  ///< negative: the system's default
  Way way_;
};

/// Blocks the calling thread until `waiting` is over. False: nothing is left that could answer.
bool wait_in_thread(Waiting& waiting, Cell& target, const std::source_location& where);
AskError unanswerable(const Cell& target);
/// @throws UsageError: get() was called inside an actor
[[noreturn]] void refuse_get(const Cell& target);
inline void check_get_allowed(const Cell& target) {
  if (context.running->cell) [[unlikely]]
    refuse_get(target);
}

/// A request under way and its answer, in the frame or on the stack of who waits.
template <class R>
class Pending {
 public:
  /// The request stays where it is, and must stay there: in the ask, which lives until its await is over.
  explicit Pending(Request& request) : request_(request) {}
  Pending(Request& request, Waiting& waiting, bool errors_are_values) : Pending(request) {
    wait_in(waiting, errors_are_values);
  }
  template <class Prepare>
  Request::Begun begin(Prepare&& prepare) {
    return request_.begin(sink_, prepare);
  }
  bool go_on() { return request_.go_on(sink_); }
  /// Before anything but begin().
  void wait_in(Waiting& waiting, bool errors_are_values) noexcept {
    sink_.wait_in(waiting, errors_are_values);
  }
  /// The answer is to come.
  void send() { request_.send(sink_); }
  /// As send(), after a go_on() that may have sent it.
  void send_unless_sent() {
    if (!request_.is_sent()) send();
  }
  bool has_answer() const { return sink_.has_answer(); }
  bool has_failed() const { return sink_.error.has_value(); }
  void fail(AskError&& error) { sink_.error = std::move(error); }

  R take_value() {
    if (sink_.error) throw AskError(std::move(*sink_.error));
    if constexpr (!std::is_void_v<R>) return std::move(*sink_.value);
  }
  std::expected<R, AskError> take_outcome() {
    if (sink_.error) return std::unexpected(std::move(*sink_.error));
    if constexpr (std::is_void_v<R>) {
      return {};
    } else {
      return std::move(*sink_.value);
    }
  }

 private:
  Request& request_;
  Sink<R> sink_;
};

/// Awaits one request.
template <class R, bool as_value>
class AskAwaiter {
 public:
  using troupe_awaitable = void;
  explicit AskAwaiter(Request& request) : pending_(request) {}
  AskAwaiter(const AskAwaiter&) = delete;
  AskAwaiter& operator=(const AskAwaiter&) = delete;

  // In place, if that may be: then the coroutine doesn't suspend.
  bool await_ready() {
    const Request::Begun begun = begin();
    return begun == Request::Begun::answered || go_on(begun);
  }
  template <class P>
  void await_suspend(std::coroutine_handle<P> handle) {
    waiting_.suspend(handle);
    pending_.send_unless_sent();
    waiting_.note(handle.promise().awaits_at);
  }
  auto await_resume() {
    if constexpr (as_value) {
      return pending_.take_outcome();
    } else {
      return pending_.take_value();
    }
  }
  auto get(Cell& target, const std::source_location& where) {
    check_get_allowed(target);
    const Request::Begun begun = begin();
    if (begun != Request::Begun::answered && !go_on(begun)) {
      pending_.send_unless_sent();
      if (!wait_in_thread(waiting_, target, where)) pending_.fail(unanswerable(target));
    }
    return await_resume();
  }

 private:
  void prepare() noexcept {
    ::new (static_cast<void*>(&waiting_)) Waiting(Waiting::Until::all, 1);
    waiting_.cell = context.running->cell;
    pending_.wait_in(waiting_, as_value);
  }
  Request::Begun begin() {
    return pending_.begin([this] { prepare(); });
  }
  /// True: the answer is there after all. Out of line: most asks don't come here.
  [[gnu::noinline]] bool go_on(Request::Begun begun) {
    if (begun == Request::Begun::sent) return false;
    prepare();
    return begun == Request::Begun::taken && pending_.go_on();
  }

  // Made when somebody has to wait: most asks are answered at once.
  union {
    Waiting waiting_;
  };
  static_assert(std::is_trivially_destructible_v<Waiting>);
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
  BasicAsk(Cell* target, Envelope* letter) : request_(target, letter) {}

  auto operator co_await() && { return AskAwaiter<R, as_value>(request_); }
  template <class Named = R>
  auto operator co_await() & {
    static_assert(is_moved<Named>,
                  "troupe: an ask is sent once, so a named one is moved: co_await std::move(ask)");
    return AskAwaiter<R, as_value>(request_);
  }

  /// Blocks the calling thread until the answer is there. Outside of actors only.
  /// @throws UsageError in an actor; AskError (unless a try_ form)
  result_type get(const std::source_location& where = std::source_location::current()) && {
    return AskAwaiter<R, as_value>(request_).get(request_.target(), where);
  }
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

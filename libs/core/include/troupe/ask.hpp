// Ask<R>: request and reply. Lazy: nothing is sent until it is awaited, with co_await in a handler or with
// get() outside of actors; order counts from there.
#pragma once

#include <concepts>
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
#include <troupe/detail/ref_services.hpp>
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
  nothing,  ///< there is no message
};

template <class R, bool as_value>
class AskAwaiter;

/// How long somebody is ready to wait.
class Patience {
 public:
  /// A deadline that has passed already is none the less one: it doesn't stand for the default.
  void within(Duration limit) { within_ = limit < limit.zero() ? limit.zero() : limit; }
  /// A shorter one stays.
  void within_at_most(Duration limit) {
    if (within_ < within_.zero() || limit < within_) within(limit);
  }
  Duration limit() const { return within_; }  ///< negative: the system's default

 protected:
  Duration within_{-1};
};

/// A message that waits to be sent, and the wish to hear of its outcome.
class Request : public Patience {
 public:
  Request(Cell* target, Envelope* letter, Way way = Way::ask) : target_(target), letter_(letter), way_(way) {}
  Request(Cell* target, Envelope* letter, Patience patience)
      : Patience(patience), target_(target), letter_(letter) {}
  Request(Request&& other) noexcept
      : Patience(other),
        target_(other.target_),
        letter_(std::exchange(other.letter_, nullptr)),
        way_(other.way_) {}
  Request& operator=(Request&&) = delete;
  ~Request() {
    if (letter_) discard();
  }

  /// There is no message, and nothing to wait for.
  static Request nothing() { return Request(&nobody(), nullptr, Way::nothing); }

  Cell& target() const { return *target_; }
  /// Handles the message in this thread, if its actor is idle and may run here. True: the answer is in the
  /// sink. False: it is to come, if is_sent() now.
  /// @pre the sink is ready to wait. @throws UsageError: it was sent before
  template <class R>
  bool begin(Sink<R>& sink) {
    if (!letter_) [[unlikely]] {
      if constexpr (std::is_void_v<R>) {
        if (way_ == Way::nothing) return sink.value.emplace(), true;
      }
      refuse_spent_ask();
    }
    if (way_ != Way::ask) [[unlikely]]
      return false;
    Cell& target = *target_;
    if (!InlineRun::take(target) || !InlineRun::check(target, letter_->addressee())) return false;
    Envelope& letter = *std::exchange(letter_, nullptr);
    const std::uint64_t traced_ask = name_of(letter);
    destination_in(letter) = letter.ops->answers_itself
                                 ? Destination::inline_sink(sink)
                                 : sink.open(target, letter.addressee(), letter.ops, traced_ask);
    if (traced_ask != 0) trace_letter(TraceKind::ask, target, letter);
    // Read before: where the turn frees the letter, it may be gone afterwards.
    const bool turn_frees = letter.ops->is_task;
    {
      const InlineRun turn(target, letter.ops, &letter, nullptr);
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
  /// Of a delivery. True: the mailbox had room, so nothing is to come. @throws UsageError: it was sent before
  bool deliver_at_once();
  /// Whether there is nothing to wait for; so it is of a delivery for which there is room.
  bool ends_at_once() {
    if (way_ == Way::deliver) [[likely]]
      return deliver_at_once();
    return way_ == Way::nothing;
  }
  /// The answer is to come. @throws UsageError: it was sent before, or an actor asks itself
  void send(SinkBase& sink);
  bool is_sent() const { return !letter_; }

  // What every source of an ask has: see BasicAsk.
  template <class R, bool as_value>
  using Awaiter = AskAwaiter<R, as_value>;
  Request letter() && { return std::move(*this); }

 private:
  /// After an inline run, before the token goes back: an answer that is still owed gets a real await.
  void await_after_all(Cell& target, Envelope& letter, SinkBase& sink, std::uint64_t traced_ask);
  void send_ask(SinkBase& sink);
  void send_delivery(SinkBase& sink);
  void send_as_signal(SinkBase& sink);
  /// Actors that wait for themselves never go on. @throws UsageError
  void check_not_own(const SinkBase& sink) const;
  void discard() noexcept;

  Cell* target_;
  Envelope* letter_;
  Way way_ = Way::ask;
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
  Pending(Request& request, Waiting& waiting, bool errors_are_values)
      : request_(request), sink_(waiting, errors_are_values) {}
  /// True: the answer is there.
  bool begin() { return request_.begin(sink_); }
  /// The answer is to come.
  void send() { request_.send(sink_); }
  /// Instead of send(), of a message that was handled before there was a letter.
  Destination open(Cell& target, std::uint64_t gen, const MessageOps* ops) {
    const Destination to = sink_.open(target, gen, ops);
    sink_.arm(request_.limit());
    return to;
  }
  /// As send(), after a begin() that may have sent it.
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
  explicit AskAwaiter(Request& request) : AskAwaiter(request, context.running->cell) {}
  /// Of an actor whose turn isn't the one that runs here.
  AskAwaiter(Request& request, Cell* asker) : pending_(request, waiting_, as_value) { waiting_.cell = asker; }
  AskAwaiter(const AskAwaiter&) = delete;
  AskAwaiter& operator=(const AskAwaiter&) = delete;

  // In place, if that may be: then the coroutine doesn't suspend.
  bool await_ready() { return pending_.begin(); }
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
    if (!pending_.begin()) wait(target, where);
    return await_resume();
  }
  /// Blocks the calling thread until it has its answer.
  void wait(Cell& target, const std::source_location& where) {
    pending_.send_unless_sent();
    if (!wait_in_thread(waiting_, target, where)) pending_.fail(unanswerable(target));
  }

  // --- of a message that was handled before there was a letter: see DirectAwaiter
  bool has_answer() const { return pending_.has_answer(); }
  void fail(AskError&& error) { pending_.fail(std::move(error)); }
  /// Its answer is to come, to where this says.
  Destination open(Cell& target, std::uint64_t gen, const MessageOps* ops) {
    return pending_.open(target, gen, ops);
  }

 private:
  Waiting waiting_{Waiting::Until::all, 1};
  Pending<R> pending_;
};

/// False whatever the type: an ask that has a name was not moved.
template <class>
inline constexpr bool is_moved = false;

/// What all asks and deliveries have in common. `Source` is a Request, DirectRequest or DeliveryRequest.
template <class Self, class Source, class R, bool as_value>
class BasicAsk {
 public:
  using troupe_awaitable = void;
  using value_type = R;
  using result_type = std::conditional_t<as_value, std::expected<R, AskError>, R>;
  static constexpr bool yields_outcome = as_value;

  /// At most this long, instead of the system's default; Duration::max() for ever. A handler that runs
  /// inside the asker's thread can't be cut short.
  Self within(Duration limit) && {
    source_.within(limit);
    return static_cast<Self&&>(*this);
  }
  template <class Named = R>
  Self within(Duration limit) & {
    static_assert(is_moved<Named>,
                  "troupe: an ask is sent once, so a named one is moved: std::move(ask).within(limit)");
    return std::move(*this).within(limit);
  }

  auto operator co_await() && { return Awaiter(source_); }
  template <class Named = R>
  auto operator co_await() & {
    static_assert(is_moved<Named>,
                  "troupe: an ask is sent once, so a named one is moved: co_await std::move(ask)");
    return Awaiter(source_);
  }

  /// Blocks the calling thread until the answer is there. Outside of actors only.
  /// @throws UsageError in an actor; AskError (unless a try_ form)
  result_type get(const std::source_location& where = std::source_location::current()) && {
    return Awaiter(source_).get(source_.target(), where);
  }
  template <class Named = R>
  result_type get() & {
    static_assert(is_moved<Named>,
                  "troupe: an ask is sent once, so a named one is moved: std::move(ask).get()");
    return std::move(*this).get();
  }

  Request take_request_() && { return std::move(source_).letter(); }
  Cell& target_cell_() const { return source_.target(); }
  void within_at_most_(Duration limit) { source_.within_at_most(limit); }
  /// Whether it has sent what it sends, and has nothing to wait for. False: it is as it was.
  bool ends_at_once_() {
    if constexpr (std::is_void_v<R> && std::same_as<Source, Request>) {
      return source_.ends_at_once();
    } else {
      return false;
    }
  }

 protected:
  template <class... Args>
  explicit BasicAsk(std::in_place_t, Args&&... args) : source_(std::forward<Args>(args)...) {}

 private:
  using Awaiter = typename Source::template Awaiter<R, as_value>;

  Source source_;
};

/// Where an ask was given its name, or returned by a handler.
struct NamedAt {
  std::source_location named_at_{};
};

/// What ask(), deliver() and their try_ forms yield: becomes an Ask, or a TryAsk, wherever one is wanted.
template <template <class> class AskOf, class R, class Source>
class [[nodiscard("troupe: an ask is lazy: co_await it in a handler, or call get() on it")]] Unnamed
    : public BasicAsk<Unnamed<AskOf, R, Source>, Source, R, AskOf<R>::yields_outcome> {
 public:
  using ask_type = AskOf<R>;

  template <class... Args>
  explicit Unnamed(std::in_place_t place, Args&&... args)
      : BasicAsk<Unnamed, Source, R, AskOf<R>::yields_outcome>(place, std::forward<Args>(args)...) {}
};

/// An ask that is given up to become a Named.
template <class Given, class Named>
concept NamedAs = std::same_as<typename Given::ask_type, Named> && !std::same_as<Given, Named>;

}  // namespace detail

/// Awaits an R, or throws AskError.
///
/// A handler may return one in place of a Task: what it yields is the answer then, and the turn lasts until
/// it is there.
template <class R>
class [[nodiscard("troupe: an ask is lazy: co_await it in a handler, or call get() on it")]] Ask
    : public detail::BasicAsk<Ask<R>, detail::Request, R, false>,
      public detail::NamedAt {
  using Base = detail::BasicAsk<Ask, detail::Request, R, false>;

 public:
  using ask_type = Ask;
  explicit Ask(detail::Request&& request) : Base(std::in_place, std::move(request)) {}
  /// What ask() and deliver() yield.
  template <detail::NamedAs<Ask> Given>
  Ask(Given&& given, std::source_location where = std::source_location::current())
      : Base(std::in_place, std::move(given).take_request_()), NamedAt(where) {}
  /// Awaits nothing: for a handler that has nothing to wait for.
  Ask()
    requires std::is_void_v<R>
      : Base(std::in_place, detail::Request::nothing()) {}
};

/// Awaits a std::expected<R, AskError>. As with Ask, a handler may return one.
template <class R>
class [[nodiscard("troupe: an ask is lazy: co_await it in a handler, or call get() on it")]] TryAsk
    : public detail::BasicAsk<TryAsk<R>, detail::Request, R, true>,
      public detail::NamedAt {
  using Base = detail::BasicAsk<TryAsk, detail::Request, R, true>;

 public:
  using ask_type = TryAsk;
  explicit TryAsk(detail::Request&& request) : Base(std::in_place, std::move(request)) {}
  template <detail::NamedAs<TryAsk> Given>
  TryAsk(Given&& given, std::source_location where = std::source_location::current())
      : Base(std::in_place, std::move(given).take_request_()), NamedAt(where) {}
  TryAsk()
    requires std::is_void_v<R>
      : Base(std::in_place, detail::Request::nothing()) {}
};

}  // namespace troupe::inline v0

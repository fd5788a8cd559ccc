// CircuitBreaker: asks of somebody who keeps failing fail at once, until he has had time to recover.
#pragma once

#include <coroutine>
#include <cstdint>
#include <expected>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <troupe/ask.hpp>
#include <troupe/recipient.hpp>
#include <troupe/supervision.hpp>
#include <troupe/system.hpp>

namespace troupe::inline v0 {

enum class CircuitState : std::uint8_t {
  closed,     ///< asks go through
  open,       ///< asks fail at once
  half_open,  ///< a few asks go through, to see how it is
};
std::string_view to_string(CircuitState state) noexcept;

struct CircuitOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  /// For people: in errors and events.
  std::string_view name = "unnamed";
  /// So many failed asks in a row open it; at least 1.
  unsigned failures = 5;
  /// How long it stays open: longer each time that a probe fails.
  Backoff open_for = {.first = std::chrono::seconds(1), .max = std::chrono::seconds(30)};
  /// Half-open: how many asks may be under way at once; at least 1.
  unsigned probes = 1;
  /// Half-open: how many that are answered close it; at least 1.
  unsigned successes = 1;
  /// Whether a failure tells that the other is unwell; else it counts as an answer. Null: each does.
  bool (*counts)(const AskError& error) = nullptr;
};

/// A circuit breaker has gone from one state to another.
struct CircuitEvent {
  std::string name;
  CircuitState from = CircuitState::closed;
  CircuitState to = CircuitState::closed;
  Duration open_for{};  ///< when it opens
  std::string cause;    ///< when it opens: the last failure
};

/// The cause() of an ask that a CircuitBreaker didn't let through.
class CircuitOpen : public std::runtime_error {
 public:
  CircuitOpen(const std::string& text, Duration wait) : std::runtime_error(text), retry_after_(wait) {}
  /// When asks are let through again; 0: when those that probe now have their answers.
  Duration retry_after() const noexcept { return retry_after_; }

 private:
  Duration retry_after_;
};

namespace detail {

class Circuit;

/// One that was let through, and whose outcome is still owed.
struct Permit {
  std::uint64_t epoch = 0;  ///< how often the circuit had changed its state; 0: not let through
};

/// Shares a circuit.
class CircuitHandle {
 public:
  explicit CircuitHandle(Circuit* circuit) noexcept : circuit_(circuit) {}
  CircuitHandle(const CircuitHandle& other) noexcept;
  CircuitHandle& operator=(const CircuitHandle& other) noexcept;
  ~CircuitHandle();

  Circuit& operator*() const { return *circuit_; }
  /// Empty: it is let through. Else why not.
  std::optional<AskError> admit(Permit& permit) const;
  /// The outcome; null: an answer. Or, without one, that nobody waits for it any more.
  void settle(Permit& permit, const AskError* error) const noexcept;
  void abandon(Permit& permit) const noexcept;

 private:
  Circuit* circuit_;
};

template <class R, bool as_value>
class GuardedAwaiter {
 public:
  GuardedAwaiter(const CircuitHandle& circuit, Request& request) : circuit_(circuit), inner_(request) {}
  GuardedAwaiter(const GuardedAwaiter&) = delete;
  GuardedAwaiter& operator=(const GuardedAwaiter&) = delete;
  ~GuardedAwaiter() { circuit_.abandon(permit_); }

  bool await_ready() { return is_refused() || inner_.await_ready(); }
  template <class P>
  void await_suspend(std::coroutine_handle<P> handle) {
    inner_.await_suspend(handle);
  }
  auto await_resume() { return finish(refusal_ ? refused() : inner_.await_resume()); }
  auto get(Cell& target, const std::source_location& where) {
    check_get_allowed(target);
    return finish(is_refused() ? refused() : inner_.get(target, where));
  }

 private:
  using Outcome = std::expected<R, AskError>;

  bool is_refused() {
    refusal_ = circuit_.admit(permit_);
    return refusal_.has_value();
  }
  Outcome refused() { return std::unexpected(std::move(*refusal_)); }
  std::conditional_t<as_value, Outcome, R> finish(Outcome&& outcome) {
    circuit_.settle(permit_, outcome ? nullptr : &outcome.error());
    if constexpr (as_value) {
      return std::move(outcome);
    } else {
      if (!outcome) throw AskError(std::move(outcome.error()));
      if constexpr (!std::is_void_v<R>) return std::move(*outcome);
    }
  }

  const CircuitHandle& circuit_;
  Permit permit_;
  std::optional<AskError> refusal_;
  AskAwaiter<R, true> inner_;
};

/// An ask through a circuit breaker: lazy, as an Ask.
template <class R, bool as_value>
class [[nodiscard("troupe: an ask is lazy: co_await it in a handler, or call get() on it")]] GuardedAsk {
 public:
  using troupe_awaitable = void;
  using result_type = std::conditional_t<as_value, std::expected<R, AskError>, R>;

  GuardedAsk(const CircuitHandle& circuit, Request&& request)
      : circuit_(circuit), request_(std::move(request)) {}

  /// As Ask's.
  GuardedAsk within(Duration limit) && {
    request_.within(limit);
    return std::move(*this);
  }
  auto operator co_await() && { return GuardedAwaiter<R, as_value>(circuit_, request_); }
  template <class Named = R>
  auto operator co_await() & {
    static_assert(is_moved<Named>,
                  "troupe: an ask is sent once, so a named one is moved: co_await std::move(ask)");
    return GuardedAwaiter<R, as_value>(circuit_, request_);
  }
  result_type get(const std::source_location& where = std::source_location::current()) && {
    return GuardedAwaiter<R, as_value>(circuit_, request_).get(request_.target(), where);
  }

 private:
  CircuitHandle circuit_;
  Request request_;
};

}  // namespace detail

/// A value: its copies share one circuit, so that several actors, and the next objects of one that is
/// restarted, learn from each other. `co_await breaker.ask<Charge>(payments, total)`, or `.get()` in a plain
/// thread. An ask that isn't let through fails at once with the reason circuit_open, and nothing is sent.
/// Thread-safety: every function from any thread. The system must outlive it.
class CircuitBreaker {
 public:
  /// Closed. @throws UsageError: an option is 0
  explicit CircuitBreaker(const System& system, const CircuitOptions& options = {});

  /// Asks the address, a Ref or a Recipient, with an M made of `args` in place.
  template <class M, class Address, class... Args>
  auto ask(const Address& to, Args&&... args) const {
    return guard<false>(to.template try_ask<M>(std::forward<Args>(args)...));
  }
  template <class Address, class M>
  auto ask(const Address& to, M&& message) const {
    return guard<false>(to.try_ask(std::forward<M>(message)));
  }
  /// As ask(), with the outcome as a std::expected<R, AskError>.
  template <class M, class Address, class... Args>
  auto try_ask(const Address& to, Args&&... args) const {
    return guard<true>(to.template try_ask<M>(std::forward<Args>(args)...));
  }
  template <class Address, class M>
  auto try_ask(const Address& to, M&& message) const {
    return guard<true>(to.try_ask(std::forward<M>(message)));
  }

  /// Half-open from the moment on at which the next ask would be let through.
  CircuitState state() const;
  /// Every CircuitEvent from now on goes to the actor, until it ends.
  void subscribe(Recipient<CircuitEvent> subscriber) const;

 private:
  template <bool as_value, class AnyAsk>
  detail::GuardedAsk<typename AnyAsk::value_type, as_value> guard(AnyAsk&& ask) const {
    return {circuit_, std::move(ask).take_request_()};
  }
  template <bool>
  static detail::NoAsk guard(detail::NoAsk) {
    return {};
  }

  detail::CircuitHandle circuit_;
};

}  // namespace troupe::inline v0

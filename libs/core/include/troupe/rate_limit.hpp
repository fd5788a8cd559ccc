// TokenBucket, and RateLimit: an actor before another that lets messages through at a rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <stdexcept>
#include <string>
#include <utility>

#include <troupe/actor.hpp>
#include <troupe/detail/router.hpp>

namespace troupe::inline v0 {

struct RateLimitOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  /// So many tokens come in each span of `per`, evenly; a message takes one. At least 1, in 1 ns or more.
  std::uint64_t tokens = 1;
  std::chrono::nanoseconds per = std::chrono::seconds(1);
  /// How many tokens are kept for later at most, which is what a limit begins with. 0: `tokens`.
  std::uint64_t burst = 0;
  /// How many messages may wait for their tokens, in order; the others are refused. 0: none waits.
  std::size_t queue = 0;
};

/// Counts tokens, exactly: without rounding, whatever the rate. A value; the time is the caller's, and never
/// goes back.
class TokenBucket {
 public:
  /// Full. @throws UsageError: the options can't be counted with, as it says
  explicit TokenBucket(const RateLimitOptions& options, SteadyTime now);

  /// Takes a token, or says how long it takes until there is one that isn't reserved.
  std::expected<void, Duration> take(SteadyTime now);
  /// Takes the next token even if it has yet to come: in so much time. @pre owed(now) < most_owed()
  Duration reserve(SteadyTime now);
  /// How many there are. @post at most the burst
  std::uint64_t tokens(SteadyTime now);
  /// How many that are reserved have yet to come.
  std::uint64_t owed(SteadyTime now);
  /// How long until the next of them comes. 0: none is owed.
  Duration until_next_owed(SteadyTime now);
  std::uint64_t most_owed() const;

 private:
  void refill(SteadyTime now);
  Duration until(std::int64_t level) const;

  // A token is `per_` parts, of which each nanosecond brings `rate_`.
  std::uint64_t rate_;
  std::int64_t per_;
  std::int64_t full_;
  std::int64_t level_;  ///< below 0: tokens are owed
  SteadyTime at_;
};

/// The cause() of an ask that a RateLimit has refused.
class RateLimited : public std::runtime_error {
 public:
  RateLimited(const std::string& text, Duration wait) : std::runtime_error(text), retry_after_(wait) {}
  /// How long after the refusal a message would have been let through, or would have had room to wait.
  Duration retry_after() const noexcept { return retry_after_; }

 private:
  Duration retry_after_;
};

namespace detail {
/// What doesn't depend on the messages. Thread-safety: in the gate's turns.
class RateGate {
 public:
  enum class Verdict : std::uint8_t { pass, wait, refuse };
  RateGate(Cell& gate, const RateLimitOptions& options);

  Verdict judge();
  /// Lets go those whose tokens have come. How long until the next one's; 0: none waits.
  Duration release();
  RateLimited refusal(std::string_view message) const;
  static AskError as_error(const RateLimited& why);

 private:
  Cell& gate_;
  TokenBucket bucket_;
  std::size_t queue_;
  std::size_t waiting_ = 0;   ///< in the stash
  std::size_t released_ = 0;  ///< on their way from the stash, with their tokens
  Duration retry_after_{};
};
}  // namespace detail

/// An actor that stands before another: `system.spawn<RateLimit<Ref<Api>>>(api, RateLimitOptions{.tokens =
/// 100, .burst = 10})`, where a Recipient may stand as well. It accepts what `Address` accepts. A message
/// passes if there is a token, on the clock of the system; else it waits in order, if there is room; else it
/// is refused: an ask fails with the reason rate_limited, whose cause() is a RateLimited; what was told is a
/// dead letter. An ask goes on with its Reply. Tokens come exactly in time; what waits goes on at the
/// millisecond after it.
template <class Address>
class RateLimit final : public Actor<RateLimit<Address>> {
  struct Due {};

 public:
  using passes_to = Address;
  using passing = void;
  static constexpr bool passes_replies = true;

  RateLimit(Address to, const RateLimitOptions& options)
      : to_(to), gate_(*this->self().cell_address_(), options) {}

  template <class M, class R>
  void pass_on(M&& message, Reply<R> reply) {
    switch (gate_.judge()) {
      case detail::RateGate::Verdict::pass:
        return detail::send_on(to_, std::move(message), std::move(reply));
      case detail::RateGate::Verdict::wait:
        reply ? this->stash(std::move(message), std::move(reply)) : this->stash(std::move(message));
        return arm();
      case detail::RateGate::Verdict::refuse:
        const RateLimited why = refuse(message, static_cast<bool>(reply));
        reply.fail(detail::RateGate::as_error(why));
    }
  }
  template <class M>
  void pass_on(M&& message) {
    switch (gate_.judge()) {
      case detail::RateGate::Verdict::pass:
        return to_.tell(std::move(message));
      case detail::RateGate::Verdict::wait:
        this->stash(std::move(message));
        return arm();
      case detail::RateGate::Verdict::refuse:
        const RateLimited why = refuse(message, static_cast<bool>(message.reply));
        message.reply.fail(detail::RateGate::as_error(why));
    }
  }
  void on(const Due&) {
    armed_ = false;
    arm();
  }

 private:
  void arm() {
    if (armed_) return;
    const Duration wait = gate_.release();
    armed_ = wait > wait.zero();
    if (armed_) this->after(wait, Due{});
  }
  template <class M>
  RateLimited refuse(M& message, bool asked) {
    using D = detail::Dispatch<RateLimit, M, detail::Sent::told>;
    const RateLimited why = gate_.refusal(D::ops.message);
    if (!asked)
      detail::refuse_message(*this->self().cell_address_(), D::ops, Undelivered::rate_limited,
                             std::make_exception_ptr(why), detail::DeadLetterBox::of(message));
    return why;
  }

  Address to_;
  detail::RateGate gate_;
  bool armed_ = false;
};

}  // namespace troupe::inline v0

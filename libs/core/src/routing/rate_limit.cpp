#include <algorithm>
#include <limits>
#include <string>

#include <troupe/detail/actor_services.hpp>
#include <troupe/rate_limit.hpp>

#include "observe/describe.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0 {

namespace {
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::uint64_t divided_up(std::uint64_t a, std::uint64_t b) { return a / b + (a % b != 0); }
}  // namespace

TokenBucket::TokenBucket(const RateLimitOptions& options, SteadyTime now)
    : rate_(options.tokens), per_(options.per.count()), at_(now) {
  if (rate_ == 0 || per_ <= 0)
    throw UsageError(
        "a rate limit needs 1 token or more, in 1 ns or more: set RateLimitOptions::tokens and per");
  const std::uint64_t burst = options.burst == 0 ? rate_ : options.burst;
  if (burst > static_cast<std::uint64_t>(most / per_) || options.queue > most_owed()) {
    throw UsageError("a rate limit can't count a burst of " + std::to_string(burst) +
                     " tokens, or a queue of " + std::to_string(options.queue) + ", in parts of " +
                     std::to_string(per_) +
                     " ns: their products must stay below 2^63; make one of them smaller");
  }
  level_ = full_ = static_cast<std::int64_t>(burst) * per_;
}

void TokenBucket::refill(SteadyTime now) {
  const auto passed = static_cast<std::uint64_t>(std::max(now - at_, SteadyTime::zero()).count());
  at_ = std::max(at_, now);
  // Both may be large, but their difference is in range as a number without a sign.
  const std::uint64_t missing = static_cast<std::uint64_t>(full_) - static_cast<std::uint64_t>(level_);
  // Else passed * rate_ may not fit.
  level_ = passed >= divided_up(missing, rate_) ? full_ : level_ + static_cast<std::int64_t>(passed * rate_);
}

Duration TokenBucket::until(std::int64_t level) const {
  if (level <= level_) return Duration::zero();
  const std::uint64_t missing = static_cast<std::uint64_t>(level) - static_cast<std::uint64_t>(level_);
  return Duration(
      static_cast<std::int64_t>(std::min(divided_up(missing, rate_), static_cast<std::uint64_t>(most))));
}

std::uint64_t TokenBucket::tokens(SteadyTime now) {
  refill(now);
  return level_ > 0 ? static_cast<std::uint64_t>(level_ / per_) : 0;
}

std::uint64_t TokenBucket::most_owed() const { return static_cast<std::uint64_t>(most / per_); }

std::uint64_t TokenBucket::owed(SteadyTime now) {
  refill(now);
  return level_ < 0 ? divided_up(static_cast<std::uint64_t>(-level_), static_cast<std::uint64_t>(per_)) : 0;
}

Duration TokenBucket::until_next_owed(SteadyTime now) {
  const std::uint64_t count = owed(now);
  return count == 0 ? Duration::zero() : until(-static_cast<std::int64_t>(count - 1) * per_);
}

Duration TokenBucket::reserve(SteadyTime now) {
  refill(now);
  level_ -= per_;
  return until(0);
}

std::expected<void, Duration> TokenBucket::take(SteadyTime now) {
  if (tokens(now) == 0) return std::unexpected(until(per_));
  level_ -= per_;
  return {};
}

namespace detail {

RateGate::RateGate(Cell& gate, const RateLimitOptions& options)
    : gate_(gate), bucket_(options, now_of(gate)), queue_(options.queue) {
  if (queue_ > 0) gate.extras().stash_capacity = std::max(gate.extras().stash_capacity, queue_);
}

RateGate::Verdict RateGate::judge() {
  if (released_ > 0) {
    --released_;
    return Verdict::pass;
  }
  const SteadyTime now = now_of(gate_);
  if (waiting_ == 0 && bucket_.take(now)) return Verdict::pass;
  if (waiting_ < queue_) {
    ++waiting_;
    bucket_.reserve(now);
    return Verdict::wait;
  }
  // Perhaps one's token has come, and its timer has not.
  retry_after_ = queue_ > 0 ? bucket_.until_next_owed(now) : bucket_.take(now).error();
  return Verdict::refuse;
}

Duration RateGate::release() {
  const SteadyTime now = now_of(gate_);
  const std::size_t going = waiting_ - static_cast<std::size_t>(bucket_.owed(now));
  waiting_ -= going;
  released_ += going;
  if (going > 0) unstash(gate_, going);
  return bucket_.until_next_owed(now);
}

RateLimited RateGate::refusal(std::string_view message) const {
  std::string text = std::string(message) + " was refused by the rate limit at " + describe_actor(gate_) +
                     ": the next token comes in " + std::to_string(retry_after_.count()) + " ns";
  if (queue_ > 0) text += ", and " + std::to_string(waiting_) + " messages wait already";
  return {text, retry_after_};
}

AskError RateGate::as_error(const RateLimited& why) {
  return {Reason::rate_limited, why.what(), std::make_exception_ptr(why)};
}

}  // namespace detail
}  // namespace troupe::inline v0

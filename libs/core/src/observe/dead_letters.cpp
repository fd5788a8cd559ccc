#include "observe/dead_letters.hpp"
#include <chrono>
#include <string>
#include <utility>

#include "observe/describe.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0 {

std::string_view to_string(Undelivered reason) noexcept {
  switch (reason) {
    case Undelivered::stopped:
      return "its receiver stopped first";
    case Undelivered::killed:
      return "its receiver was killed first";
    case Undelivered::failed:
      return "its receiver failed";
    case Undelivered::no_actor:
      return "its receiver had ended before it was sent";
    case Undelivered::late_reply:
      return "nobody waited for this answer any more";
    case Undelivered::overflow:
      return "its receiver's mailbox was full";
    case Undelivered::rate_limited:
      return "a rate limit had no token for it";
  }
  return "unknown";
}

namespace detail {

namespace {
Undelivered undelivered(const Drop& why) {
  if (why.overflow) return Undelivered::overflow;
  switch (why.reason) {
    case StopReason::stopped:
      return Undelivered::stopped;
    case StopReason::killed:
      return Undelivered::killed;
    case StopReason::failed:
    case StopReason::escalated:
      return Undelivered::failed;
    case StopReason::no_such_actor:
      return Undelivered::no_actor;
  }
  return Undelivered::no_actor;
}

// A log may be an actor itself: what its own lines become while they are written is counted and no more.
constinit thread_local bool logging = false;

class LoggingScope {
 public:
  LoggingScope() { logging = true; }
  LoggingScope(const LoggingScope&) = delete;
  LoggingScope& operator=(const LoggingScope&) = delete;
  ~LoggingScope() { logging = false; }
};
}  // namespace

void report_dead_letter(const Drop& why, const MessageOps& message, DeadLetterBox box) noexcept {
  if (why.runtime) why.runtime->dead_letters().report(why, message, box);
}

void DeadLetters::begin(Log& log, Clock& clock, unsigned logged_per_second) {
  const std::lock_guard lock(mutex_);
  log_ = &log;
  clock_ = &clock;
  per_second_ = logged_per_second;
  logged_ = 0;
  left_out_ = 0;
  second_began_ = clock.now();
  for (auto& count : counts_) count.store(0, std::memory_order_relaxed);
}

void DeadLetters::end() {
  const std::lock_guard lock(mutex_);
  const LoggingScope scope;
  if (left_out_ > 0)
    log_->write(LogLevel::warning, std::to_string(left_out_) + " more dead letters were not logged");
  log_ = nullptr;
  clock_ = nullptr;
  subscribers_.clear();
}

bool DeadLetters::may_log() {
  if (!log_ || !log_->wants(LogLevel::warning)) return false;
  const SteadyTime now = clock_->now();
  if (now - second_began_ >= std::chrono::seconds(1)) {
    if (left_out_ > 0)
      log_->write(LogLevel::warning, std::to_string(left_out_) + " more dead letters were not logged");
    second_began_ = now;
    logged_ = 0;
    left_out_ = 0;
  }
  if (logged_ < per_second_) {
    ++logged_;
    return true;
  }
  ++left_out_;
  return false;
}

void DeadLetters::report(const Drop& why, const MessageOps& message, DeadLetterBox box) {
  report(undelivered(why), why, message, box);
}

void DeadLetters::report(Undelivered reason, const Drop& why, const MessageOps& message, DeadLetterBox box) {
  count(reason);
  if (logging) return;
  {
    const std::lock_guard lock(mutex_);
    const LoggingScope scope;
    if (may_log()) {
      log_->write(LogLevel::warning, "dead letter: " + std::string(message.message) + " to " +
                                         std::string(message.actor) + " at " + std::string(why.path) + ": " +
                                         std::string(to_string(reason)));
    }
    if (subscribers_.empty()) return;
  }
  DeadLetter letter;
  letter.path = why.path;
  letter.actor = message.actor;
  letter.message = message.message;
  letter.reason = reason;
  letter.cause = why.cause;
  publish(std::move(letter), box);
}

void DeadLetters::late_answer(std::string_view type) {
  count(Undelivered::late_reply);
  if (logging) return;
  {
    const std::lock_guard lock(mutex_);
    const LoggingScope scope;
    if (may_log()) {
      log_->write(LogLevel::warning,
                  "dead letter: an answer of type " + std::string(type) +
                      " came too late: " + std::string(to_string(Undelivered::late_reply)));
    }
    if (subscribers_.empty()) return;
  }
  DeadLetter letter;
  letter.message = type;
  letter.reason = Undelivered::late_reply;
  publish(std::move(letter), {});
}

void DeadLetters::publish(DeadLetter letter, DeadLetterBox box) {
  // What was sent to a subscriber and couldn't be delivered isn't published: it would go round for ever.
  if (letter.message == type_name<DeadLetter>()) return;
  std::vector<Recipient<DeadLetter>> receivers;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(subscribers_, [](const auto& one) { return !one.alive(); });
    receivers = subscribers_;
  }
  if (receivers.empty()) return;
  if (box.keep) letter.content_ = box.keep(box.message);
  for (const auto& receiver : receivers) receiver.tell<DeadLetter>(letter);
}

void DeadLetters::subscribe(Recipient<DeadLetter> subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(subscriber);
}

DeadLetterCounts DeadLetters::counts() const {
  DeadLetterCounts result;
  for (std::size_t i = 0; i < undelivered_reasons; ++i) {
    result.by_reason[i] = counts_[i].load(std::memory_order_relaxed);
  }
  return result;
}

}  // namespace detail
}  // namespace troupe::inline v0

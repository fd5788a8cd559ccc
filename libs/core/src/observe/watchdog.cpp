#include "observe/watchdog.hpp"
#include <algorithm>
#include <limits>

#include <troupe/options.hpp>

#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

namespace {
constexpr int looks_per_limit = 4;
constexpr std::chrono::milliseconds shortest_interval{1};
// With threads: a count costs some microseconds. Of a system where everything stands still, so many stalls
// are enough to see it.
constexpr MailboxWatch::Bounds bounds{.kept = 4096, .counted = 64, .named = 100};
// Without: whatever is left out would be left out by chance.
constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
}  // namespace

void Watchdog::begin(Runtime& runtime, const SystemOptions& options) {
  runtime_ = &runtime;
  is_full_ = false;
  is_manual_ = runtime.clock().is_manual();
  const auto limit = options.wait_limit;
  const bool is_on = limit > limit.zero() && limit != limit.max();
  interval_ = is_on ? std::max<std::chrono::nanoseconds>(limit / looks_per_limit, shortest_interval)
                    : std::chrono::nanoseconds::zero();
  mailboxes_.begin(runtime, limit,
                   runtime.driver() ? MailboxWatch::Bounds{unlimited, unlimited, unlimited} : bounds);
  next_look_ = moved_at_ = runtime.clock().now();
  worked_ = true;
  if (is_manual_) runtime.clock().add_listener(*this);
}

void Watchdog::end() {
  if (is_manual_) runtime_->clock().remove_listener(*this);
  std::vector<Stall> news;
  mailboxes_.end(runtime_->clock().now(), news);
  report(news);
}

std::optional<std::chrono::nanoseconds> Watchdog::look(SteadyTime now, bool anybody_has_worked) {
  if (is_manual_ || interval_ == interval_.zero()) return std::nullopt;
  worked_ = worked_ || anybody_has_worked;
  if (now >= next_look_ && (worked_ || mailboxes_.saw_anybody_busy())) {
    look_at_mailboxes(now, worked_ ? MailboxWatch::Over::all : MailboxWatch::Over::the_busy);
    worked_ = anybody_has_worked || mailboxes_.saw_too_many();
    next_look_ = now + interval_;
  }
  if (!worked_ && !mailboxes_.saw_anybody_busy()) return std::nullopt;
  return std::max(next_look_ - now, std::chrono::nanoseconds::zero());
}

void Watchdog::clock_moved() {
  const std::lock_guard lock(mutex_);
  // By this clock, all that has happened since its last move happened then.
  const SteadyTime then = moved_at_;
  const SteadyTime now = moved_at_ = runtime_->clock().now();
  if (interval_ == interval_.zero() || now < next_look_) return;
  // What waits without threads has waited since then as well. With threads it may just be on its way when the
  // clock leaps, so only the next leap shows whether it waits.
  if (runtime_->driver()) look_at_mailboxes(then, MailboxWatch::Over::all);
  look_at_mailboxes(now, MailboxWatch::Over::all);
  next_look_ = now + interval_;
}

void Watchdog::look_at_mailboxes(SteadyTime now, MailboxWatch::Over whom) {
  std::vector<Stall> news;
  mailboxes_.look(now, whom, news);
  report(news);
  const bool is_full = mailboxes_.unnamed() != 0;
  if (is_full && !is_full_) {
    runtime_->log().write(LogLevel::warning,
                          "stall: more than " + std::to_string(bounds.named) +
                              " actors keep messages waiting: others are named when some of these get on");
  }
  is_full_ = is_full;
}

void Watchdog::report(const std::vector<Stall>& news) { runtime_->stalls().report(news); }

}  // namespace troupe::inline v0::detail

#include "time/timer_service.hpp"
#include <algorithm>
#include <utility>

#include <pthread.h>

#include "await/timed_out.hpp"
#include "memory/stable_pool.hpp"

namespace troupe::inline v0::detail {

namespace {
using Timers = StablePool<MessageTimer>;

// Beyond this a delay counts as for ever: it keeps sums of times from overflowing.
constexpr std::chrono::nanoseconds longest_delay = std::chrono::hours(24 * 365 * 50);

std::int64_t add(std::int64_t now, std::chrono::nanoseconds delay) {
  return now + std::clamp(delay, std::chrono::nanoseconds::zero(), longest_delay).count();
}

void discard(MessageTimer& timer) {
  timer.message.envelope->ops->drop(*timer.message.envelope, {StopReason::stopped, nullptr, nullptr, {}});
  free_envelope(timer.message.envelope);
}

void recycle(MessageTimer& timer) {
  timer.message = {};
  timer.number.store(timer.number.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  Timers::put(&timer);
}
}  // namespace

/// What is sent after the lock has been let go.
struct TimerService::Firing {
  std::vector<TimedMessage> messages;
  std::vector<std::pair<AwaitBlock*, std::uint64_t>> deadlines;
};

void TimerService::begin(Clock& clock) {
  {
    const std::lock_guard lock(mutex_);
    clock_ = &clock;
    ending_ = false;
    // A clock that has run before must not make the wheel walk its whole past.
    wheel_.advance(static_cast<std::uint64_t>(clock.now().count() / tick_ns), [](TimerNode&) {});
  }
  if (clock.is_manual()) clock.add_listener(*this);
}

void TimerService::end() {
  if (clock_->is_manual()) clock_->remove_listener(*this);
  stop_thread();
  const std::lock_guard lock(mutex_);
  // All that is left are deadlines of awaits that are over, and messages for actors that are gone.
  wheel_.advance(~std::uint64_t{0} >> 1, [](TimerNode& node) {
    if (node.what == TimerNode::What::deadline) {
      static_cast<DeadlineNode&>(node).armed.store(false, std::memory_order_release);
    } else {
      auto& timer = static_cast<MessageTimer&>(node);
      discard(timer);
      recycle(timer);
    }
  });
  wheel_.reset();
}

void TimerService::stop_thread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  thread_ = {};
}

void TimerService::insert_locked(TimerNode& node, std::int64_t due) {
  const std::uint64_t tick = tick_after(due);
  if (!clock_->is_manual() && !thread_.joinable() && !ending_) {
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "troupe-timer");
  }
  // The wheel lags behind while nothing is due: a delay counts from the clock's now.
  wheel_.insert(node, tick);
  if (sleeping_until_ != 0 && tick < sleeping_until_) changed_.notify_all();
}

TimerTicket TimerService::arm(std::chrono::nanoseconds delay, const TimedMessage& message) {
  MessageTimer* timer = Timers::take();
  timer->what = TimerNode::What::message;
  const std::lock_guard lock(mutex_);
  timer->message = message;
  timer->due = add(clock_->now().count(), delay);
  const TimerTicket ticket{timer, timer->number.load(std::memory_order_relaxed)};
  insert_locked(*timer, timer->due);
  return ticket;
}

bool TimerService::cancel(TimerTicket ticket) {
  if (!ticket.timer) return false;
  MessageTimer& timer = *ticket.timer;
  {
    const std::lock_guard lock(mutex_);
    if (timer.number.load(std::memory_order_relaxed) != ticket.number || !timer.previous) return false;
    wheel_.remove(timer);
  }
  discard(timer);
  const std::lock_guard lock(mutex_);
  recycle(timer);
  return true;
}

void TimerService::arm_deadline(AwaitBlock& block, std::chrono::nanoseconds within) {
  DeadlineNode& node = block.deadline;
  take_over(node);
  const std::int64_t now = clock_->now().count();
  block.since = now;
  const std::int64_t due = add(now, within);
  node.due.store(due, std::memory_order_release);
  // acq_rel: either the timer's exchange comes later and sees this await, or ours does and sees it disarmed.
  if (node.armed.exchange(true, std::memory_order_acq_rel)) {
    if (node.armed_for.load(std::memory_order_relaxed) <= due) return;
    // In the wheel for later than this.
    const std::lock_guard lock(mutex_);
    return put_forward_locked(node, due);
  }
  const std::lock_guard lock(mutex_);
  if (node.previous) return;  // the timer has put it off meanwhile
  node.armed_for.store(due, std::memory_order_relaxed);
  insert_locked(node, due);
}

void TimerService::arm_deadline_outside(AwaitBlock& block, std::chrono::nanoseconds within) {
  DeadlineNode& node = block.deadline;
  take_over(node);
  const std::lock_guard lock(mutex_);
  if (ending_) return;
  const std::int64_t now = clock_->now().count();
  block.since = now;
  const std::int64_t due = add(now, within);
  node.due.store(due, std::memory_order_release);
  put_forward_locked(node, due);
}

std::int64_t TimerService::now_outside() {
  const std::lock_guard lock(mutex_);
  return ending_ ? 0 : clock_->now().count();
}

/// It may have fired meanwhile: then it fires once more, and finds nothing to do.
void TimerService::put_forward_locked(DeadlineNode& node, std::int64_t due) {
  if (node.previous) wheel_.remove(node);
  node.armed.store(true, std::memory_order_relaxed);
  node.armed_for.store(due, std::memory_order_relaxed);
  insert_locked(node, due);
}

/// Await blocks are everybody's: this one's node may be left in the wheel of another system.
void TimerService::take_over(DeadlineNode& node) {
  TimerService* const other = std::exchange(node.service, this);
  if (other && other != this) other->forget(node);
}

void TimerService::forget(DeadlineNode& node) {
  const std::lock_guard lock(mutex_);
  if (node.previous) wheel_.remove(node);
  node.armed.store(false, std::memory_order_relaxed);
}

void TimerService::collect(TimerNode& node, std::int64_t now, Firing& firing) {
  if (node.what == TimerNode::What::deadline) {
    collect_deadline(*static_cast<DeadlineNode&>(node).block, now, firing);
  } else {
    collect_message(static_cast<MessageTimer&>(node), now, firing);
  }
}

void TimerService::collect_deadline(AwaitBlock& block, std::int64_t now, Firing& firing) {
  DeadlineNode& node = block.deadline;
  node.armed.exchange(false, std::memory_order_acq_rel);  // pairs with the exchange in arm_deadline
  const std::uint64_t state = block.state.load(std::memory_order_acquire);
  if ((state & 3) != AwaitBlock::pending) return;
  const std::int64_t due = node.due.load(std::memory_order_acquire);
  if (due == DeadlineNode::never) return;  // it has none, or isn't armed yet
  if (due <= now) {
    firing.deadlines.emplace_back(&block, state >> 2);
    return;
  }
  // Before the exchange: an asker that finds it armed compares its own time with this one.
  node.armed_for.store(due, std::memory_order_relaxed);
  if (!node.armed.exchange(true, std::memory_order_acq_rel)) insert_locked(node, due);
}

void TimerService::collect_message(MessageTimer& timer, std::int64_t now, Firing& firing) {
  TimedMessage message = timer.message;
  const std::int64_t period = message.period.count();
  if (period > 0) {
    message.envelope = message.copy(*message.target, *message.envelope);
    firing.messages.push_back(message);
    // At full periods from the start; what was missed is left out.
    timer.due += period * ((now - timer.due) / period + 1);
    insert_locked(timer, timer.due);
  } else {
    firing.messages.push_back(message);
    recycle(timer);
  }
}

void TimerService::fire_due() {
  Firing firing;
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = clock_->now().count();
    wheel_.advance(static_cast<std::uint64_t>(now / tick_ns),
                   [&](TimerNode& node) { collect(node, now, firing); });
  }
  for (const TimedMessage& message : firing.messages) {
    if (message.as_signal) {
      send_signal(*message.target, message.envelope);
    } else {
      send(*message.target, message.envelope);
    }
  }
  for (const auto& [block, number] : firing.deadlines) {
    if (block->claim(number)) timed_out(*block, number);
  }
}

std::optional<SteadyTime> TimerService::next_due() {
  const std::lock_guard lock(mutex_);
  const auto tick = wheel_.exact_next_tick();
  if (!tick) return std::nullopt;
  return SteadyTime(static_cast<std::int64_t>(*tick) * tick_ns);
}

void TimerService::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const auto next = wheel_.next_tick();
    if (!next) {
      sleeping_until_ = ~std::uint64_t{0};
      changed_.wait(lock);
      sleeping_until_ = 0;
      continue;
    }
    const std::chrono::nanoseconds left(static_cast<std::int64_t>(*next) * tick_ns - clock_->now().count());
    if (left > left.zero()) {
      sleeping_until_ = *next;
      changed_.wait_for(lock, left);
      sleeping_until_ = 0;
      continue;
    }
    lock.unlock();
    fire_due();
    lock.lock();
  }
}

}  // namespace troupe::inline v0::detail

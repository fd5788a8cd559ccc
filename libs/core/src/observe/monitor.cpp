#include "observe/monitor.hpp"
#include <algorithm>

#include <pthread.h>

#include "observe/stalls.hpp"
#include "observe/watchdog.hpp"
#include "scheduler/thread_group.hpp"

namespace troupe::inline v0::detail {

void Monitor::begin(Stalls& stalls, Watchdog& watchdog, std::chrono::nanoseconds turn_limit) {
  const std::lock_guard looking(looking_);
  stalls_ = &stalls;
  watchdog_ = &watchdog;
  turn_limit_ = turn_limit == turn_limit.max() ? turn_limit.zero() : turn_limit;
  stood_still_ = stood_still_.zero();
  ending_.store(false, std::memory_order_relaxed);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "troupe-monitor");
}

void Monitor::end() {
  if (!thread_.joinable()) return;
  ending_.store(true, std::memory_order_relaxed);
  doorbell_.notify();
  thread_.join();
  const std::lock_guard lock(mutex_);
  groups_.clear();
}

void Monitor::add(ThreadGroup& group, std::string_view name) {
  {
    const std::lock_guard lock(mutex_);
    groups_.emplace_back(group, name);
  }
  stir();
}

void Monitor::remove(ThreadGroup& group) {
  const std::lock_guard looking(looking_);
  std::vector<Stall> news;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(groups_.begin(), groups_.end(),
                                    [&](const GroupWatch& watch) { return &watch.group() == &group; });
    if (found == groups_.end()) return;
    found->end(now_locked(), news);
    groups_.erase(found);
  }
  stalls_->report(news);
}

void Monitor::run() {
  unsigned idle = 0;
  while (!ending_.load(std::memory_order_relaxed)) {
    const bool somebody_works = look(now());
    const auto until_next = watchdog_->look(now(), somebody_works);
    idle = somebody_works ? 0 : idle + 1;
    if (idle < idle_looks) {
      wait_for(period);
      continue;
    }
    // seq_cst on both sides: a worker that wakes after our last look sees asleep_, or we see it awake. So
    // does a plain thread that has left a turn.
    asleep_.store(true, std::memory_order_seq_cst);
    const bool woken = turn_left_.exchange(false, std::memory_order_seq_cst) || look(now()) ||
                       wait_for(until_next.value_or(SteadyTime::max()));
    asleep_.store(false, std::memory_order_relaxed);
    if (woken) watchdog_->note_work();
    // Woken by the time alone it has one look, and sleeps on.
    idle = woken ? 0 : idle_looks - 1;
  }
}

bool Monitor::wait_for(std::chrono::nanoseconds limit) {
  if (limit == limit.max()) {
    doorbell_.wait();
    return true;
  }
  const SteadyTime before = system_clock().now();
  const bool notified = doorbell_.wait_for(limit);
  const auto late = system_clock().now() - before - limit;
  if (!notified && late > longest_delay) {
    const std::lock_guard lock(mutex_);
    stood_still_ += late;
  }
  return notified;
}

SteadyTime Monitor::now() {
  const std::lock_guard lock(mutex_);
  return now_locked();
}

bool Monitor::look(SteadyTime now) {
  const std::lock_guard looking(looking_);
  std::vector<Stall> news;
  bool anybody_works = false;
  {
    const std::lock_guard lock(mutex_);
    for (GroupWatch& group : groups_) {
      if (look_at(group, now)) anybody_works = true;
      if (turn_limit_ > turn_limit_.zero()) group.judge(now, turn_limit_, news);
    }
  }
  stalls_->report(news);
  return anybody_works;
}

bool Monitor::look_at(GroupWatch& watch, SteadyTime now) {
  ThreadGroup& group = watch.group();
  bool anybody_works = !group.all_idle();
  for (TurnWatch& one : watch.workers) {
    const bool same_turn = one.look(now);
    if (!same_turn) anybody_works = true;
    if (same_turn && group.anybody_idle()) {
      // The same turn as at the last look, and others have nothing to do: what waits behind it is theirs.
      Cell* waiting[16];
      const std::uint32_t count = one.worker().steal_even_newest(waiting, std::size(waiting));
      for (std::uint32_t i = 0; i < count; ++i) group.submit(*waiting[i]);
    }
    if (same_turn || group.anybody_idle()) {
      // Nobody steals those who make way here, so they are handed on even if all others are busy.
      while (Cell* cell = one.worker().senders().take_waiting_since(now - period)) group.submit(*cell);
    }
    // What is ready now runs next in time, however busy those are that come after it.
    if (one.worker().count_ready() != 0 || group.has_outside()) one.worker().ask_for_fairness();
  }
  return anybody_works;
}

std::chrono::nanoseconds Monitor::busy_for(const Cell& cell) {
  const std::lock_guard lock(mutex_);
  for (const GroupWatch& group : groups_) {
    for (const TurnWatch& one : group.workers) {
      if (one.cell() == &cell && one.goes_on()) return now_locked() - one.since();
    }
  }
  return {};
}

}  // namespace troupe::inline v0::detail

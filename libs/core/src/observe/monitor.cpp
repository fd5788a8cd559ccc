#include "observe/monitor.hpp"

#include <pthread.h>

#include "scheduler/thread_group.hpp"

namespace troupe::inline v0::detail {

void Monitor::begin() {
  ending_.store(false, std::memory_order_relaxed);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "troupe-monitor");
}

void Monitor::end() {
  if (!thread_.joinable()) return;
  ending_.store(true, std::memory_order_relaxed);
  doorbell_.notify();
  thread_.join();
  watches_.clear();
}

void Monitor::add(ThreadGroup& group) {
  {
    const std::lock_guard lock(mutex_);
    for (unsigned i = 0; i < group.size(); ++i) watches_.push_back({&group.worker(i), &group});
  }
  stir();
}

void Monitor::remove(ThreadGroup& group) {
  const std::lock_guard lock(mutex_);
  std::erase_if(watches_, [&](const Watch& watch) { return watch.group == &group; });
}

void Monitor::run() {
  unsigned idle = 0;
  while (!ending_.load(std::memory_order_relaxed)) {
    idle = look() ? 0 : idle + 1;
    if (idle < idle_looks) {
      doorbell_.wait_for(period);
      continue;
    }
    // seq_cst on both sides: a worker that wakes after our last look sees asleep_, or we see it awake.
    asleep_.store(true, std::memory_order_seq_cst);
    if (!look()) doorbell_.wait();
    asleep_.store(false, std::memory_order_relaxed);
    idle = 0;
  }
}

bool Monitor::look() {
  const auto now = std::chrono::steady_clock::now();
  bool anybody_works = false;
  const std::lock_guard lock(mutex_);
  for (Watch& watch : watches_) {
    const Cell* cell = watch.worker->current();
    if (!watch.group->all_idle()) anybody_works = true;
    const std::uint64_t activations = watch.worker->activations();
    const std::uint64_t handled = cell ? cell->handled.load(std::memory_order_relaxed) : 0;
    if (cell != watch.cell || activations != watch.activations || handled != watch.handled) {
      watch.cell = cell;
      watch.activations = activations;
      watch.handled = handled;
      watch.since = now;
    } else if (cell && watch.group->anybody_idle()) {
      // The same turn as at the last look, and others have nothing to do: what waits behind it is theirs.
      Cell* waiting[16];
      const std::uint32_t count = watch.worker->steal_even_newest(waiting, std::size(waiting));
      for (std::uint32_t i = 0; i < count; ++i) watch.group->submit(*waiting[i]);
    }
  }
  return anybody_works;
}

std::chrono::nanoseconds Monitor::busy_for(const Cell& cell) {
  const std::lock_guard lock(mutex_);
  for (const Watch& watch : watches_) {
    if (watch.cell == &cell && watch.worker->current() == &cell &&
        watch.handled == cell.handled.load(std::memory_order_relaxed)) {
      return std::chrono::steady_clock::now() - watch.since;
    }
  }
  return {};
}

}  // namespace troupe::inline v0::detail

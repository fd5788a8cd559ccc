#include "scheduler/thread_group.hpp"
#include <algorithm>
#include <utility>

#include "memory/fences.hpp"
#include "observe/monitor.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

namespace {
struct Recycled {
  std::mutex mutex;
  std::vector<ThreadGroup*> groups;
};
Recycled& recycled() {
  static auto* instance = new Recycled;
  return *instance;
}
// Most sleeps are over before: the fence that interrupts all the others is for those that last.
constexpr std::chrono::milliseconds nap_time{1};
// How many outside cells a worker takes for its own ring at once.
constexpr std::uint32_t outside_share = 32;

/// What was sent from outside was last written by another processor: the lines of several come at once.
void fetch_lines(const Cell& cell) {
  const char* const bytes = reinterpret_cast<const char*>(&cell);
  for (std::size_t at = 0; at < sizeof(Cell); at += alignof(Cell)) __builtin_prefetch(bytes + at);
}
}  // namespace

ThreadGroup& ThreadGroup::start(Runtime& runtime, unsigned threads, EventLoop* loop) {
  prepare_fences();
  ThreadGroup* group = nullptr;
  {
    Recycled& free = recycled();
    const std::lock_guard lock(free.mutex);
    if (!free.groups.empty()) {
      group = free.groups.back();
      free.groups.pop_back();
    }
  }
  if (!group) group = new ThreadGroup(runtime);
  group->runtime_.store(&runtime, std::memory_order_relaxed);
  {
    const std::lock_guard lock(group->sleep_mutex_);
    group->loop_ = loop;
  }
  group->ending_.store(false, std::memory_order_relaxed);
  while (group->workers_.size() < threads) group->workers_.emplace_back(*group);
  group->size_ = threads;
  for (unsigned i = 0; i < threads; ++i) group->workers_[i].start(i);
  return *group;
}

void ThreadGroup::request_end() {
  ending_.store(true, std::memory_order_seq_cst);
  const std::lock_guard lock(sleep_mutex_);
  for (unsigned i = 0; i < size_; ++i) workers_[i].ring_doorbell();
  if (loop_) {
    for (unsigned i = 0; i < size_; ++i) loop_->wake();
  }
}

void ThreadGroup::finish() {
  for (unsigned i = 0; i < size_; ++i) workers_[i].join();
  {
    const std::lock_guard lock(sleep_mutex_);
    asleep_.clear();
    sleepers_.store(0, std::memory_order_relaxed);
    searching_.store(0, std::memory_order_relaxed);
    std::fill(std::begin(searcher_), std::end(searcher_), false);
    loop_ = nullptr;  // it may be gone from here on, while a late sender still wakes us
  }
  Recycled& free = recycled();
  const std::lock_guard lock(free.mutex);
  free.groups.push_back(this);
}

void ThreadGroup::submit(Cell& cell) {
  outside_.push(cell);
  wake_one_if_idle();
}

Cell* ThreadGroup::take_outside(Worker& worker) {
  if (outside_.empty()) return nullptr;
  // Who has work of its own takes no more than it runs at once.
  const std::uint32_t share =
      worker.ready_.empty() ? std::min(outside_share, outside_.size() / size_ + 1) : 1;
  Cell* cells[outside_share];
  const std::uint32_t taken = outside_.take(cells, share);
  if (taken == 0) return nullptr;
  for (std::uint32_t i = 0; i < taken; ++i) fetch_lines(*cells[i]);
  if (taken > 1) worker.ready_.fill(cells + 1, taken - 1);
  return cells[0];
}

bool ThreadGroup::runs_elsewhere(const Cell* cell, const Worker& here) const {
  for (unsigned i = 0; i < size_; ++i) {
    if (&workers_[i] != &here && workers_[i].current() == cell) return true;
  }
  return false;
}

bool ThreadGroup::anything_ready() const {
  if (has_outside()) return true;
  for (unsigned i = 0; i < size_; ++i) {
    if (workers_[i].has_stealable()) return true;
  }
  return false;
}

std::size_t ThreadGroup::count_ready() {
  constexpr std::size_t limit = 100'000;
  std::size_t count = 0;
  for (unsigned i = 0; i < size_; ++i) count += workers_[i].count_ready();
  return count + outside_.count(limit - std::min(limit, count));
}

void ThreadGroup::wake_one() {
  Worker* sleeper = nullptr;
  {
    const std::lock_guard lock(sleep_mutex_);
    // A loop wakes whichever worker waits in it, so nobody in particular can be made the searcher.
    if (loop_) return loop_->wake();
    if (asleep_.empty() || searching_.load(std::memory_order_relaxed) != 0) return;
    sleeper = asleep_.back();
    asleep_.pop_back();
    sleepers_.store(static_cast<std::uint32_t>(asleep_.size()), std::memory_order_relaxed);
    searcher_[sleeper->index_ % std::size(searcher_)] = true;
    searching_.store(1, std::memory_order_relaxed);
  }
  sleeper->ring_doorbell();
}

void ThreadGroup::end_search(Worker& worker) {
  {
    const std::lock_guard lock(sleep_mutex_);
    bool& mine = searcher_[worker.index_ % std::size(searcher_)];
    if (!mine) return;
    mine = false;
    searching_.store(0, std::memory_order_relaxed);
  }
  // More than this worker can run at once: the next sleeper shares it.
  if (anything_ready()) wake_one_if_idle();
}

void ThreadGroup::forget_sleeper(Worker& worker) {
  const std::lock_guard lock(sleep_mutex_);
  std::erase(asleep_, &worker);
  sleepers_.store(static_cast<std::uint32_t>(asleep_.size()), std::memory_order_relaxed);
}

bool ThreadGroup::nap(Worker& worker) {
  // A loop's wait has no end of its own.
  if (loop_ || ending_.load(std::memory_order_relaxed)) return false;
  // Without a fence on its side, who pushes may miss us as we miss its push. Then its own worker comes to the
  // cell; else we do, when the nap is over.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return anything_ready() || !worker.senders().empty() || worker.doorbell_.wait_for(nap_time);
}

bool ThreadGroup::sleep(Worker& worker) {
  {
    const std::lock_guard lock(sleep_mutex_);
    bool& mine = searcher_[worker.index_ % std::size(searcher_)];
    if (mine) {
      mine = false;
      searching_.store(0, std::memory_order_relaxed);
    }
    asleep_.push_back(&worker);
    sleepers_.store(static_cast<std::uint32_t>(asleep_.size()), std::memory_order_relaxed);
  }
  if (nap(worker)) {
    forget_sleeper(worker);
    runtime().monitor().stir();  // it may have taken us for asleep
    return true;
  }
  heavy_fence();  // pairs with the light fence in wake_one_if_idle(): they see us, or we see their push
  if (anything_ready() || !worker.senders().empty()) {
    forget_sleeper(worker);
    runtime().monitor().stir();  // it may have taken us for asleep
    return true;
  }
  if (ending_.load(std::memory_order_seq_cst)) {
    forget_sleeper(worker);
    // A busy worker's poll may have swallowed the wakes of others: whoever leaves wakes the next.
    if (loop_) loop_->wake();
    return false;
  }
  if (loop_) {
    loop_->wait();
  } else {
    worker.doorbell_.wait();
  }
  forget_sleeper(worker);
  runtime().monitor().stir();
  return true;
}

}  // namespace troupe::inline v0::detail

#include "scheduler/worker.hpp"

#include <pthread.h>

#include <troupe/detail/context.hpp>
#include <troupe/detail/tracing.hpp>

#include "scheduler/ready.hpp"
#include "scheduler/thread_group.hpp"
#include "turns/run_cell.hpp"

namespace troupe::inline v0::detail {

constinit thread_local Context context;

void schedule(Cell& cell) { make_ready(cell); }

void Worker::start(unsigned index) {
  index_ = index;
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "troupe-worker");
}

void Worker::join() { thread_.join(); }

void Worker::loop() {
  context.worker = this;
  for (;;) {
    while (Cell* cell = find()) run(*cell);
    if (Cell* cell = look_around()) {
      run(*cell);
      continue;
    }
    current_.store(nullptr, std::memory_order_release);
    if (tracing()) [[unlikely]]
      trace_rest(group_.runtime());
    if (!group_.sleep(*this)) return;
  }
}

void Worker::run(Cell& cell) {
  group_.stop_searching(*this);
  current_.store(&cell, std::memory_order_release);
  activations_.store(activations_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (run_cell(cell, turns_per_activation)) push_last(cell);
}

void Worker::push_last(Cell& cell) { group_.submit(cell); }

Cell* Worker::find() {
  if (--until_fair_ == 0) [[unlikely]] {
    until_fair_ = fairness_period;
    if (EventLoop* loop = group_.loop()) loop->poll();
    if (Cell* cell = group_.take_outside(*this)) return cell;
    if (++looks_outside_ % oldest_period == 0) {
      if (Cell* cell = ready_.pop_oldest()) return cell;
    }
  }
  if (Cell* cell = ready_.pop_newest()) return cell;
  if (Cell* cell = group_.take_outside(*this)) return cell;
  // Events are cheaper to look for than a sleep is to begin.
  EventLoop* loop = group_.loop();
  return loop && loop->poll() ? ready_.pop_newest() : nullptr;
}

Cell* Worker::look_around() {
  // An event loop's events are work as well, and only its wait sees to them.
  if (group_.loop()) return steal_from_others();
  for (unsigned look = 0; look < looks_before_sleep && !group_.is_ending(); ++look) {
    if (Cell* cell = group_.take_outside(*this)) return cell;
    if (look >= looks_before_theft) {
      if (Cell* cell = steal_from_others()) return cell;
    }
    Relax::pause(0);
  }
  return nullptr;
}

Cell* Worker::steal_from_others() {
  const unsigned size = group_.size();
  Cell* loot[largest_loot];
  for (unsigned i = 0; i < size; ++i) {
    Worker& victim = group_.worker(++steal_from_ % size);
    if (&victim == this) continue;
    const std::uint32_t count = victim.steal(loot, largest_loot);
    if (count == 0) continue;
    // The deque is empty here, so they all fit. Kept in their order: the oldest is run first.
    for (std::uint32_t k = count; k-- > 1;) ready_.push_newest(loot[k]);
    return loot[0];
  }
  return nullptr;
}

void Graveyard::submit(Cell&) {
  // A cell that calls the graveyard home is dead: its token means to drain, never to run.
  __builtin_unreachable();
}

}  // namespace troupe::inline v0::detail

#include "scheduler/worker.hpp"

#include <pthread.h>

#include <troupe/detail/context.hpp>
#include <troupe/detail/tracing.hpp>

#include "scheduler/ready.hpp"
#include "scheduler/thread_group.hpp"
#include "turns/run_cell.hpp"

namespace troupe::inline v0::detail {

[[gnu::tls_model("initial-exec")]] constinit thread_local Context context;

void schedule(Cell& cell) noexcept { make_ready(cell); }

void Worker::start(unsigned index) {
  index_ = index;
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "troupe-worker");
}

void Worker::join() { thread_.join(); }

void Worker::loop() {
  context.worker = this;
  context.group = &group_;
  for (;;) {
    Cell* cell = find();
    if (!cell) cell = look_around();
    if (cell) {
      const RunnerScope scope;
      // What a sleep has found ends the search of a worker that was woken.
      group_.stop_searching(*this);
      run_ready(cell);
      continue;
    }
    current_.store(nullptr, std::memory_order_release);
    if (tracing()) [[unlikely]]
      trace_rest(group_.runtime());
    if (!group_.sleep(*this)) return;
  }
}

void Worker::run_ready(Cell* cell) {
  do {
    run(*cell);
  } while ((cell = find()) != nullptr);
}

inline bool Worker::run_once(Cell& cell) {
  activations_.store(activations_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return run_cell(cell, turns_per_activation);
}

bool Worker::run_sender(Cell& cell) {
  current_.store(&cell, std::memory_order_release);
  return run_once(cell);
}

inline void Worker::run(Cell& cell) {
  current_.store(&cell, std::memory_order_release);
  std::uint32_t times = 0;
  do {
    if (!run_once(cell)) [[likely]]
      return;
    if (senders_.take_over(cell)) return;
    // While nothing else waits it goes on here: through the queue it would wake a sleeper for itself alone.
  } while (has_nothing_else(++times) || empties_batch(cell, times));
  push_last(cell);
}

void Worker::run_receiver(Cell& cell) { run(cell); }

bool Worker::has_nothing_else(std::uint32_t times) const {
  // Those who have made way for it wait until it is done, or has had its share. A loop's events wait for
  // their turn as well.
  return ready_.empty() && !group_.has_outside() && group_.loop() == nullptr &&
         (senders_.empty() ||
          (times < times_before_senders && !fairness_wanted_.load(std::memory_order_relaxed)));
}

bool Worker::empties_batch(const Cell& cell, std::uint32_t times) const {
  return cell.condition.locked && times < times_for_batch && group_.loop() == nullptr &&
         !fairness_wanted_.load(std::memory_order_relaxed);
}

void Worker::push_among_others(Cell& cell) {
  if (ready_.push_newest(&cell) == ReadyDeque::Pushed::full) return push_last(cell);
  group_.wake_one_if_idle();
}

void Worker::push_last(Cell& cell) { group_.submit(cell); }

inline Cell* Worker::find() {
  const std::uint32_t left = until_fair_.load(std::memory_order_relaxed) - 1;
  until_fair_.store(left, std::memory_order_relaxed);
  if (left == 0) [[unlikely]] {
    if (Cell* cell = find_fairly()) return cell;
  }
  const bool passes_newest = std::exchange(passes_newest_, false);
  if (Cell* cell = passes_newest ? ready_.pop_second_newest() : ready_.pop_newest()) [[likely]]
    return cell;
  return find_outside();
}

Cell* Worker::find_fairly() {
  const bool wanted = fairness_wanted_.load(std::memory_order_relaxed);
  // Next comes what is outside, which would else be put off by each wish.
  until_fair_.store(wanted ? 1 : fairness_period, std::memory_order_relaxed);
  poll();
  if (wanted) {
    fairness_wanted_.store(false, std::memory_order_relaxed);
    if (Cell* cell = ready_.pop_oldest()) return cell;
  }
  senders_.run_one();
  if (Cell* cell = group_.take_outside(*this)) return cell;
  return ++looks_outside_ % oldest_period == 0 ? ready_.pop_oldest() : nullptr;
}

Cell* Worker::find_outside() {
  for (;;) {
    if (Cell* cell = group_.take_outside(*this)) return cell;
    // Events are cheaper to look for than a sleep is to begin.
    if (poll()) return ready_.pop_newest();
    if (!senders_.run_one()) return nullptr;
    if (Cell* cell = ready_.pop_newest()) return cell;
  }
}

bool Worker::poll() {
  EventLoop* loop = group_.loop();
  if (!loop) return false;
  // What runs there is in nobody's turn.
  current_.store(nullptr, std::memory_order_release);
  const RunnerScope scope;
  return loop->poll();
}

Cell* Worker::look_around() {
  if (group_.loop()) return look_for_events();
  for (unsigned look = 0; look < looks_before_sleep && !group_.is_ending(); ++look) {
    if (Cell* cell = group_.take_outside(*this)) return cell;
    if (look < looks_before_theft) {
      Relax::pause(0);
      continue;
    }
    if (Cell* cell = steal_from_others()) return cell;
    std::this_thread::yield();
  }
  return nullptr;
}

Cell* Worker::look_for_events() {
  for (unsigned look = 0; look < looks_before_wait && !group_.is_ending(); ++look) {
    if (Cell* cell = group_.take_outside(*this)) return cell;
    if (poll()) {
      if (Cell* cell = ready_.pop_newest()) return cell;
    }
    std::this_thread::yield();
  }
  // What comes later is seen by the loop's wait.
  return steal_from_others();
}

Cell* Worker::steal_from_others() {
  const unsigned size = group_.size();
  Cell* loot[largest_loot];
  for (unsigned i = 0; i < size; ++i) {
    Worker& victim = group_.worker(++steal_from_ % size);
    if (&victim == this) continue;
    const std::uint32_t count = victim.steal(loot, largest_loot);
    if (count == 0) {
      if (Cell* cell = victim.senders().steal()) return cell;
      continue;
    }
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

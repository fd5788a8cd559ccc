// A group of worker threads: work stealing among them, and a queue for what comes from outside.
//
// Invariants
//  1. A cell in a queue is found: who pushes looks for sleepers after its push, and who goes to sleep looks
//     for work after it has said so. The fence between is asymmetric (memory/fences.hpp), and a sleeper pays
//     it only after a nap: until then the two may miss each other.
//  2. At most one woken worker searches at a time: a burst wakes one, which wakes the next when it finds
//     more than it can take.
//  3. Groups and their workers are recycled and never freed: a sender may still be in submit() when the last
//     actor, and its system, end.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include <troupe/ports/event_loop.hpp>

#include "scheduler/colocation.hpp"
#include "scheduler/group.hpp"
#include "scheduler/outside_queue.hpp"
#include "scheduler/worker.hpp"

namespace troupe::inline v0::detail {

class ThreadGroup final : public Group {
 public:
  static ThreadGroup& start(Runtime& runtime, unsigned threads, EventLoop* loop);
  /// Lets the workers end once nothing is ready. From any thread.
  void request_end();
  /// Waits for the workers, and recycles the group. @pre request_end(), and no actor lives in it
  void finish();
  bool is_ending() const { return ending_.load(std::memory_order_relaxed); }

  void submit(Cell& cell) override;

  // --- workers ------------------------------------------------------------------------------------------
  /// Cells of the outside queue: one to run, and a share that goes to the caller's deque.
  Cell* take_outside(Worker& worker);
  bool has_outside() const { return !outside_.empty(); }
  /// After a push that others could take: wakes one sleeper, unless somebody searches already.
  void wake_one_if_idle() {
    light_fence();  // pairs with the heavy fence in sleep()
    if (sleepers_.load(std::memory_order_relaxed) != 0 && searching_.load(std::memory_order_relaxed) == 0) {
      wake_one();
    }
  }
  /// Sleeps until there may be work. False: the group ends.
  bool sleep(Worker& worker);
  /// The worker has found something; whoever wakes next may search.
  void stop_searching(Worker& worker) {
    if (searching_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      end_search(worker);
  }
  EventLoop* loop() const { return loop_; }
  unsigned size() const { return size_; }
  Worker& worker(unsigned index) { return workers_[index]; }
  /// Whether the receiver and its senders could be brought together in one worker. Not where workers sleep in
  /// a loop: who sends one a cell can't wake it in particular.
  bool can_colocate(const Cell& receiver) const {
    return size_ > 1 && !loop_ && &receiver.group() == this && colocation_.is_due();
  }
  /// That worker, if they are there now.
  Worker* host_of(const Cell& receiver) {
    const auto index = colocation_.host_of(receiver);
    return index ? &workers_[*index % size_] : nullptr;
  }
  Colocation& colocation() { return colocation_; }
  /// Whether another worker has the cell in hand just now.
  bool runs_elsewhere(const Cell* cell, const Worker& here) const;
  bool anybody_idle() const { return sleepers_.load(std::memory_order_relaxed) != 0; }
  /// How many cells wait for a worker, more or less: some are just being taken, or have just come.
  std::size_t count_ready();
  bool all_idle() const { return sleepers_.load(std::memory_order_relaxed) == size_; }

 private:
  explicit ThreadGroup(Runtime& runtime) : Group(&runtime) {}
  void wake_one();
  void end_search(Worker& worker);
  bool anything_ready() const;
  /// The beginning of a sleep. True: it is over, since there may be work.
  bool nap(Worker& worker);
  void forget_sleeper(Worker& worker);

  std::deque<Worker> workers_;  // grows only
  unsigned size_ = 0;
  EventLoop* loop_ = nullptr;
  std::atomic<bool> ending_{false};

  std::mutex sleep_mutex_;
  std::vector<Worker*> asleep_;
  std::atomic<std::uint32_t> sleepers_{0};   ///< asleep_.size(); read without the lock by who pushes
  std::atomic<std::uint32_t> searching_{0};  ///< woken workers that have found nothing yet
  bool searcher_[256] = {};                  ///< by index, under sleep_mutex_: woken and searching

  OutsideQueue outside_;
  Colocation colocation_;
};

}  // namespace troupe::inline v0::detail

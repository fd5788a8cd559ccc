// A worker: one thread of a group, which runs ready cells until its group ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include <troupe/detail/cell.hpp>

#include "memory/futex.hpp"
#include "scheduler/ready_deque.hpp"

namespace troupe::inline v0::detail {

class ThreadGroup;

/// Type-stable: a sender may still be ringing its doorbell when its thread has ended.
class Worker {
 public:
  explicit Worker(ThreadGroup& group) : group_(group) {}

  void start(unsigned index);
  void join();

  // --- owner's thread ----------------------------------------------------------------------------------
  ThreadGroup& group() const { return group_; }
  /// The cell runs next in this thread, unless others become ready meanwhile.
  void push_next(Cell& cell);
  /// The cell runs after what is ready in the group already.
  void push_last(Cell& cell);

  // --- any thread ----------------------------------------------------------------------------------------
  std::uint32_t steal(Cell** loot, std::uint32_t limit) { return ready_.steal(loot, limit); }
  bool has_stealable() const { return ready_.has_stealable(); }
  void ring_doorbell() { doorbell_.notify(); }

  // --- monitor
  /// Which cell it runs, or ran last; null when it has found nothing to run.
  Cell* current() const { return current_.load(std::memory_order_acquire); }
  std::uint64_t activations() const { return activations_.load(std::memory_order_relaxed); }
  /// For one that is stuck in a turn.
  std::uint32_t steal_even_newest(Cell** loot, std::uint32_t limit) {
    return ready_.steal_even_newest(loot, limit);
  }

 private:
  void loop();
  Cell* find();
  Cell* steal_from_others();
  void run(Cell& cell);

  // Every so many activations, what has waited longest comes first: the group's queue, the event loop, the
  // oldest of the deque. It bounds how long the newest can keep the others waiting.
  static constexpr std::uint32_t fairness_period = 61;
  // What a thief takes at once.
  static constexpr std::uint32_t largest_loot = 64;

  ThreadGroup& group_;
  std::uint32_t until_fair_ = fairness_period;
  std::uint32_t steal_from_ = 0;
  unsigned index_ = 0;
  std::atomic<Cell*> current_{nullptr};
  std::atomic<std::uint64_t> activations_{0};
  ReadyDeque ready_;
  Doorbell doorbell_;
  std::thread thread_;

  friend class ThreadGroup;
};

}  // namespace troupe::inline v0::detail

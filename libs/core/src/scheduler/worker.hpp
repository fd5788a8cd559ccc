// A worker: one thread of a group, which runs ready cells until its group ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include <troupe/detail/cell.hpp>

#include "memory/futex.hpp"
#include "scheduler/ready_deque.hpp"
#include "scheduler/senders.hpp"

namespace troupe::inline v0::detail {

class ThreadGroup;

/// Type-stable: a sender may still be ringing its doorbell when its thread has ended.
class Worker {
 public:
  explicit Worker(ThreadGroup& group) : group_(group), senders_(*this) { ready_.prepare(); }

  void start(unsigned index);
  void join();

  // --- owner's thread ----------------------------------------------------------------------------------
  ThreadGroup& group() const { return group_; }
  unsigned index() const { return index_; }
  /// The cell runs next in this thread, unless others become ready meanwhile.
  void push_next(Cell& cell);
  void push_among_others(Cell& cell);
  /// The actor in hand has ended, having told another how it went, as like as not. That one runs after the
  /// next, which may be a sibling about to tell it the same: it has more to do in one activation then.
  void let_next_before_newest() { passes_newest_ = true; }
  /// The cell runs after what is ready in the group already.
  void push_last(Cell& cell);

  /// An activation of one of its senders. As run_cell().
  bool run_sender(Cell& cell);
  /// All activations in a row of one that its senders make way for.
  void run_receiver(Cell& cell);

  // --- any thread ----------------------------------------------------------------------------------------
  Senders& senders() { return senders_; }
  std::uint32_t steal(Cell** loot, std::uint32_t limit) { return ready_.steal(loot, limit); }
  bool has_stealable() const { return ready_.has_stealable() || senders_.has_stealable(); }
  std::size_t count_ready() const { return ready_.size() + senders_.size(); }
  void ring_doorbell() { doorbell_.notify(); }

  // --- monitor
  /// Which cell it runs, or ran last; null when it has found nothing to run.
  Cell* current() const { return current_.load(std::memory_order_acquire); }
  std::uint64_t activations() const { return activations_.load(std::memory_order_relaxed); }
  /// After the turn in hand, what waits longest comes next: in the deque, then outside. It may be overlooked
  /// once in a while, and is to be asked for again.
  void ask_for_fairness() {
    fairness_wanted_.store(true, std::memory_order_relaxed);  // read in find_fairly()
    until_fair_.store(1, std::memory_order_relaxed);          // read in find()
  }
  /// For one that is stuck in a turn.
  std::uint32_t steal_even_newest(Cell** loot, std::uint32_t limit) {
    return ready_.steal_even_newest(loot, limit);
  }

 private:
  void loop();
  Cell* find();
  /// From time to time: what would wait too long. Null: nothing does.
  Cell* find_fairly();
  Cell* find_outside();
  /// Lets the event loop, if there is one, see to its events. True: there were some.
  bool poll();
  /// What others have, or will have in a moment. Null: it is time to sleep.
  Cell* look_around();
  /// The same where the group has an event loop, whose events are work as well.
  Cell* look_for_events();
  Cell* steal_from_others();
  /// The cell, and what is found after it. Apart from loop(), for the sake of its registers.
  [[gnu::noinline]] void run_ready(Cell* cell);
  void run(Cell& cell);
  bool run_once(Cell& cell);
  /// Besides the cell in hand, which has had so many activations in a row.
  bool has_nothing_else(std::uint32_t times) const;
  /// Whether it goes on with the cell, whose messages it has taken from senders who may wait for their room.
  bool empties_batch(const Cell& cell, std::uint32_t times) const;

  // Every so many activations, what waits outside comes first: the group's queue, and the event loop.
  static constexpr std::uint32_t fairness_period = 61;
  // And every so many times of these, the oldest of the deque. It bounds how long the newest can keep the
  // others waiting. Not oftener: the oldest is the largest part of a tree of work, and to begin one more of
  // those before the last is done makes all of them live at once.
  static constexpr std::uint32_t oldest_period = 64;
  // To sleep and to be woken costs both sides some microseconds: a worker looks around for about as long
  // before. At first for itself: mostly something comes at once. Then between its looks it lets others have
  // the processor, among them perhaps the one that it waits for. A theft interrupts the victim: what is short
  // is left to it.
  static constexpr unsigned looks_before_sleep = 40;
  static constexpr unsigned looks_before_theft = 20;
  // Who sends to a socket whose reader sleeps pays for the wake as well: a server that waits at once slows
  // its clients down. A look is a call of the system, so there are fewer of them.
  static constexpr unsigned looks_before_wait = 20;
  // An actor that never comes to the end of its messages lets its senders run after so many activations.
  static constexpr std::uint32_t times_before_senders = 16;
  // So many activations in a row has an actor with a bounded mailbox, unless others have waited for long.
  // What it has taken out is in this processor's cache; and each time that it is interrupted, its senders run
  // into the bound, wait, and are woken for a few places.
  static constexpr std::uint32_t times_for_batch = 4;
  // What a thief takes at once.
  static constexpr std::uint32_t largest_loot = 64;

  ThreadGroup& group_;
  /// Activations until find_fairly(). The owner counts without a read-modify-write: the monitor's store may
  /// get lost.
  std::atomic<std::uint32_t> until_fair_{fairness_period};
  std::atomic<bool> fairness_wanted_{false};
  bool passes_newest_ = false;
  std::uint32_t looks_outside_ = 0;
  std::uint32_t steal_from_ = 0;
  unsigned index_ = 0;
  std::atomic<Cell*> current_{nullptr};
  std::atomic<std::uint64_t> activations_{0};
  ReadyDeque ready_;
  Senders senders_;
  Doorbell doorbell_;
  std::thread thread_;

  friend class ThreadGroup;
};

}  // namespace troupe::inline v0::detail

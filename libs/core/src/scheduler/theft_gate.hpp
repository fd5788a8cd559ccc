// The gate of a worker's deque: its owner passes for nearly every message, a thief once in a while.
//
// The owner pays plain loads and stores. A thief says that it wants to be alone, and the owner, when it comes
// by, says that it has seen it and waits: then no fence is needed. An owner that doesn't come by for a while,
// being in a long turn or asleep, is made to fence by membarrier, and its flag tells whether it is inside.
//
//  member | meaning                                                         | stored by
//  thief_ | number of thefts << 2, `wanted`: a thief wants the deque or has | thief
//         | it, at most one at a time; `fencing`: membarrier isn't allowed  |
//  seen_  | the last `thief_` that the owner waits for, or has waited for   | owner
//  busy_  | the owner is between its look at thief_ and its last access     | owner
//
// Invariant: an owner that has stored the present `thief_` in `seen_` touches the deque only after it has
// read one without `wanted`. Since each theft has a number of its own, an old `seen_` says nothing of a new
// theft.
#pragma once

#include <atomic>
#include <cstdint>

#include <troupe/detail/envelope.hpp>

#include "memory/fences.hpp"

namespace troupe::inline v0::detail {

class TheftGate {
 public:
  /// Before anybody uses it.
  void prepare() noexcept { thief_.store(membarrier_works ? 0 : fencing, std::memory_order_relaxed); }

  // --- owner
  void enter() noexcept {
    busy_.store(true, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // pairs with the heavy fence in begin_theft()
    // acquire: what the thief did; pairs with the release in end_theft().
    if ((thief_.load(std::memory_order_acquire) & (wanted | fencing)) != 0) [[unlikely]]
      enter_after_thief();
  }
  // release: pairs with the thief's wait for busy_.
  void leave() noexcept { busy_.store(false, std::memory_order_release); }

  // --- thieves
  /// False: another thief is there. True: the owner stays out until end_theft().
  bool begin_theft() noexcept {
    std::uint64_t old = thief_.load(std::memory_order_relaxed);
    if (old & wanted) return false;
    const std::uint64_t mine = (old + one_theft) | wanted;
    // acquire: the deque as the last thief left it.
    if (!thief_.compare_exchange_strong(old, mine, std::memory_order_acq_rel, std::memory_order_relaxed))
      return false;
    for (unsigned looks = 0; looks < looks_before_fence; ++looks) {
      // acquire: the deque as the owner left it; pairs with the release in enter_after_thief().
      if (seen_.load(std::memory_order_acquire) == mine) return true;
      Relax::pause(0);
    }
    heavy_fence();  // pairs with the owner's between its stores to busy_ and its look at thief_
    for (unsigned spins = 0; busy_.load(std::memory_order_acquire); ++spins) Relax::pause(spins);
    return true;
  }
  void end_theft() noexcept { thief_.fetch_and(~wanted, std::memory_order_release); }

 private:
  [[gnu::noinline, gnu::cold]] void enter_after_thief() noexcept {
    for (unsigned spins = 0;; ++spins) {
      std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the heavy fence in begin_theft()
      const std::uint64_t thief = thief_.load(std::memory_order_acquire);
      if (!(thief & wanted)) return;
      leave();
      seen_.store(thief, std::memory_order_release);
      Relax::pause(spins);
      busy_.store(true, std::memory_order_relaxed);
    }
  }

  static constexpr std::uint64_t wanted = 1;
  static constexpr std::uint64_t fencing = 2;
  static constexpr std::uint64_t one_theft = 4;
  // Less than a membarrier costs, which interrupts all processors.
  static constexpr unsigned looks_before_fence = 64;

  std::atomic<bool> busy_{false};
  std::atomic<std::uint64_t> thief_{0};
  std::atomic<std::uint64_t> seen_{0};
};

}  // namespace troupe::inline v0::detail

// An asymmetric fence and what it is for: a rare side that stops a frequent one for a moment.
//
// A pair of store-then-load sequences (Dekker's pattern) needs a full fence on each side. With Linux's
// membarrier the rare side makes every running thread of the process execute one, so the frequent side
// needs only to keep the compiler from reordering. Where membarrier isn't allowed, both sides fence.
#pragma once

#include <atomic>
#include <cstdint>

namespace troupe::inline v0::detail {

/// Set once, before the first worker starts.
extern bool membarrier_works;

/// Between the rare side's store and its load. Costs some microseconds.
void heavy_fence() noexcept;

/// The rare side's word. The frequent side stores that it is busy, and looks here before it goes on; the rare
/// side says here that it wants to be alone, and then looks whether the other is busy. A bit tells the
/// frequent side that it has to fence, so that it needs no look at `membarrier_works` besides.
class Interruption {
 public:
  // --- frequent side, after its store
  /// False: go on. True: go on when is_on() says that it may.
  bool may_be_on() const noexcept {
    std::atomic_signal_fence(std::memory_order_seq_cst);  // pairs with the heavy fence in begin()
    // acquire: what the rare side did; pairs with the release in end().
    return word_.load(std::memory_order_acquire) != 0;
  }
  bool is_on() const noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the heavy fence in begin()
    return (word_.load(std::memory_order_acquire) & on) != 0;
  }

  // --- rare side
  /// False: another has begun. True: from here on either this side sees that the other is busy, or that one
  /// waits for end().
  bool begin() noexcept {
    if (word_.fetch_or(on, std::memory_order_acquire) & on) return false;
    heavy_fence();
    return true;
  }
  void end() noexcept { word_.fetch_and(fencing, std::memory_order_release); }

 private:
  static constexpr std::uint8_t on = 1;
  static constexpr std::uint8_t fencing = 2;
  std::atomic<std::uint8_t> word_{membarrier_works ? std::uint8_t{0} : fencing};
};

}  // namespace troupe::inline v0::detail

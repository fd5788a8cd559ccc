// An asymmetric fence: the frequent side pays nothing, the rare side pays for both.
//
// A pair of store-then-load sequences (Dekker's pattern) needs a full fence on each side. With Linux's
// membarrier the rare side makes every running thread of the process execute one, so the frequent side
// needs only to keep the compiler from reordering. Where membarrier isn't allowed, both sides fence.
#pragma once

#include <atomic>

namespace troupe::inline v0::detail {

/// Set once, before the first worker starts.
extern bool membarrier_works;

/// Between the frequent side's store and its load. Pairs with heavy_fence().
inline void light_fence() noexcept {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (!membarrier_works) [[unlikely]]
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

/// Between the rare side's store and its load. Costs some microseconds.
void heavy_fence() noexcept;

/// Registers the process for membarrier. Idempotent.
void prepare_fences() noexcept;

}  // namespace troupe::inline v0::detail

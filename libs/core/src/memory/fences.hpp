// The asymmetric fence by itself, and its preparation. See detail/interruption.hpp.
#pragma once

#include <troupe/detail/interruption.hpp>

namespace troupe::inline v0::detail {

/// Between the frequent side's store and its load. Pairs with heavy_fence().
inline void light_fence() noexcept {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (!membarrier_works) [[unlikely]]
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

/// Registers the process for membarrier. Idempotent.
void prepare_fences() noexcept;

}  // namespace troupe::inline v0::detail

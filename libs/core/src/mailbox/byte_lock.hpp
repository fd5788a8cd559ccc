// A lock of one byte, held for a few instructions.
#pragma once

#include <atomic>

#include <troupe/detail/envelope.hpp>

namespace troupe::inline v0::detail {

class ByteLock {
 public:
  void lock() noexcept {
    // acquire pairs with the release of whoever held it last.
    for (unsigned spins = 0; taken_.exchange(true, std::memory_order_acquire); ++spins) {
      while (taken_.load(std::memory_order_relaxed)) Relax::pause(spins++);
    }
  }
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> taken_{false};
};

}  // namespace troupe::inline v0::detail

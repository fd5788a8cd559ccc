// A lock of one byte, held for a few instructions.
#pragma once

#include <atomic>

#include <troupe/detail/envelope.hpp>

namespace troupe::inline v0::detail {

class ByteLock {
 public:
  void lock() noexcept {
    // acquire pairs with the release of whoever held it last.
    if (taken_.exchange(true, std::memory_order_acquire)) [[unlikely]]
      wait();
  }
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

 private:
  // Out of line: it is seldom taken.
  [[gnu::noinline, gnu::cold]] void wait() noexcept {
    unsigned spins = 0;
    do {
      while (taken_.load(std::memory_order_relaxed)) Relax::pause(spins++);
    } while (taken_.exchange(true, std::memory_order_acquire));
  }

  std::atomic<bool> taken_{false};
};

}  // namespace troupe::inline v0::detail

// A word that one thread writes at a time, and any thread reads at any time.
#pragma once

#include <atomic>

namespace troupe::inline v0::detail {

/// Who reads a new value sees all that its writer had written before: each store releases, each load
/// acquires.
template <class T>
class Shared {
 public:
  constexpr Shared(T value) noexcept : value_(value) {}
  T get() const noexcept { return value_.load(std::memory_order_acquire); }
  operator T() const noexcept { return get(); }
  void operator=(T value) noexcept { value_.store(value, std::memory_order_release); }

 private:
  std::atomic<T> value_;
};

}  // namespace troupe::inline v0::detail

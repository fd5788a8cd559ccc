// Ticks: the cheapest steady clock of the machine, and what it shows in nanoseconds.
//
// Thread-safety: every function from any thread.
#pragma once

#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include <troupe/ports/clock.hpp>

namespace troupe::inline v0::observe::detail {

/// Whether the processor's counter runs at one speed on all cores, and goes on while they sleep. Only then it
/// is used; else the system's steady clock, which costs a few times more.
extern const bool counter_is_steady;

/// The processor's counter. @pre counter_is_steady
inline std::uint64_t counter() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#elif defined(__aarch64__)
  std::uint64_t now;
  asm volatile("mrs %0, cntvct_el0" : "=r"(now));
  return now;
#else
  return 0;
#endif
}

/// Not 0, and below 2^58.
inline std::uint64_t ticks() noexcept {
  if (counter_is_steady) [[likely]]
    return counter();
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

/// Turns ticks into nanoseconds since it was made, by two readings of both clocks: then, and now.
class TickScale {
 public:
  TickScale();

  class Reader {
   public:
    SteadyTime time_of(std::uint64_t ticks) const noexcept;
    SteadyTime now() const noexcept { return now_; }

   private:
    friend class TickScale;
    std::uint64_t began_ticks_ = 0;
    std::uint64_t now_ticks_ = 0;
    SteadyTime now_{};
    double ns_per_tick_ = 1;
  };
  /// Good for all ticks up to now.
  Reader read() const;

 private:
  std::uint64_t began_ticks_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace troupe::inline v0::observe::detail

#include "ticks.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace troupe::inline v0::observe::detail {

namespace {

bool find_out() noexcept {
#if defined(__x86_64__)
  // Source: AMD64 Architecture Programmer's Manual, volume 3, and Intel's volume 2: "invariant TSC".
  constexpr unsigned power_management = 0x80000007u, invariant_tsc = 1u << 8;
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(power_management, &a, &b, &c, &d) != 0 && (d & invariant_tsc) != 0;
#elif defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

}  // namespace

const bool counter_is_steady = find_out();

TickScale::TickScale() : began_ticks_(ticks()), began_(std::chrono::steady_clock::now()) {}

TickScale::Reader TickScale::read() const {
  // With so short a life the speed can't be told: a tick in between is as good as any.
  constexpr std::uint64_t shortest_ticks = 1;
  Reader reader;
  reader.began_ticks_ = began_ticks_;
  reader.now_ticks_ = ticks();
  reader.now_ = std::chrono::steady_clock::now() - began_;
  const std::uint64_t passed = reader.now_ticks_ - began_ticks_;
  reader.ns_per_tick_ = static_cast<double>(reader.now_.count()) /
                        static_cast<double>(passed < shortest_ticks ? shortest_ticks : passed);
  return reader;
}

SteadyTime TickScale::Reader::time_of(std::uint64_t at) const noexcept {
  // What was stamped after the reading, or before the beginning on another core, is moved to it.
  if (at <= began_ticks_) return SteadyTime{};
  if (at >= now_ticks_) return now_;
  return SteadyTime(static_cast<std::int64_t>(static_cast<double>(at - began_ticks_) * ns_per_tick_));
}

}  // namespace troupe::inline v0::observe::detail

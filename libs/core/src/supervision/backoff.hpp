// How long a child waits before it is started again.
#pragma once

#include <cstdint>

#include <troupe/ports/clock.hpp>
#include <troupe/supervision.hpp>

namespace troupe::inline v0::detail {

/// The wait after this many failures in a row before, by a draw that is equally distributed over all values.
/// Within [0, max], whatever the numbers.
std::chrono::nanoseconds backoff_delay(const Backoff& backoff, std::uint32_t earlier_failures,
                                       std::uint64_t draw);

/// Whether a child that has been up for so long has no failures in a row.
inline bool is_healthy(const Backoff& backoff, std::chrono::nanoseconds up_for) {
  return up_for >= (backoff.reset_after > backoff.reset_after.zero() ? backoff.reset_after : backoff.max);
}

}  // namespace troupe::inline v0::detail

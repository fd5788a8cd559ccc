#include "supervision/backoff.hpp"
#include <algorithm>
#include <cmath>

namespace troupe::inline v0::detail {

std::chrono::nanoseconds backoff_delay(const Backoff& backoff, std::uint32_t earlier_failures,
                                       std::uint64_t draw) {
  using std::chrono::nanoseconds;
  if (backoff.first <= nanoseconds::zero() || backoff.max <= nanoseconds::zero()) return nanoseconds::zero();
  const auto cap = static_cast<double>(backoff.max.count());
  const double factor = std::max(1.0, backoff.factor);
  // May be infinite, which the cap cuts like any other number that is too large.
  const double grown = static_cast<double>(backoff.first.count()) * std::pow(factor, earlier_failures);
  const double full = grown < cap ? grown : cap;
  const double share = static_cast<double>(draw >> 11) * 0x1p-53;  // [0, 1), of the draw's upper 53 bits
  const double wait = full * (1 - std::clamp(backoff.jitter, 0.0, 1.0) * share);
  // The largest count has no double: what rounds up to it would overflow.
  return wait >= cap ? backoff.max : nanoseconds(static_cast<std::int64_t>(wait));
}

}  // namespace troupe::inline v0::detail

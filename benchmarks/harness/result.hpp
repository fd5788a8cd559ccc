// What one run of a workload reports, and the clock that measures it.
#pragma once

#include <chrono>
#include <utility>

namespace bench {

struct Result {
  double value;
  const char* unit;
  long operations;
};

/// Operation counts are multiplied by --scale and never fall below one.
inline long scaled(long operations, double scale) {
  const auto count = static_cast<long>(static_cast<double>(operations) * scale);
  return count < 1 ? 1 : count;
}

/// Runs `work` and reports steady-clock nanoseconds per operation: what comes before and after is not
/// measured.
template <class Work>
Result ns_per_operation(long operations, Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  std::forward<Work>(work)();
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
  return {spent.count() / static_cast<double>(operations), "ns", operations};
}

}  // namespace bench

// How many restarts a supervisor has made lately, or a child has had.
#pragma once

#include <cstddef>
#include <vector>

#include <troupe/ports/clock.hpp>
#include <troupe/supervision.hpp>

namespace troupe::inline v0::detail {

/// A sliding window: a restart counts for exactly `within`.
class RestartWindow {
 public:
  /// Takes one more restart into account. False: it is one too many.
  bool admit(SteadyTime now, const Intensity& intensity) {
    forget(now, intensity);
    if (count() >= intensity.restarts) return false;
    times_.push_back(now);
    return true;
  }
  /// As admit(), of one that nobody has to be asked about.
  void note(SteadyTime now, const Intensity& intensity) {
    forget(now, intensity);
    if (count() <= intensity.restarts) times_.push_back(now);
  }
  std::size_t count() const { return times_.size() - first_; }
  void clear() {
    times_.clear();
    first_ = 0;
  }

 private:
  void forget(SteadyTime now, const Intensity& intensity) {
    while (first_ < times_.size() && now - times_[first_] >= intensity.within) ++first_;
    // Most are forgotten: to move up the others costs less than it took to forget these.
    if (first_ > times_.size() / 2) {
      times_.erase(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
  }

  std::vector<SteadyTime> times_;  ///< in order, so that only the first are looked at
  std::size_t first_ = 0;          ///< of those that count; never more than intensity.restarts + 1 do
};

}  // namespace troupe::inline v0::detail

// How many restarts a supervisor has made lately.
#pragma once

#include <cstddef>
#include <deque>

#include <troupe/ports/clock.hpp>
#include <troupe/supervision.hpp>

namespace troupe::inline v0::detail {

/// A sliding window: a restart counts for exactly `within`.
class RestartWindow {
 public:
  /// Takes one more restart into account. False: it is one too many.
  bool admit(SteadyTime now, const Intensity& intensity) {
    forget(now, intensity);
    if (times_.size() >= intensity.restarts) return false;
    times_.push_back(now);
    return true;
  }
  std::size_t count() const { return times_.size(); }
  void clear() { times_.clear(); }

 private:
  void forget(SteadyTime now, const Intensity& intensity) {
    while (!times_.empty() && now - times_.front() >= intensity.within) times_.pop_front();
  }

  std::deque<SteadyTime> times_;  ///< never more than intensity.restarts
};

}  // namespace troupe::inline v0::detail

// A scheduler without threads: everything runs in the thread that drives it, in an order drawn from a seed,
// on a clock that only it moves. The same seed gives the same run.
#pragma once

#include <cstdint>

#include <troupe/detail/durations.hpp>
#include <troupe/fwd.hpp>
#include <troupe/ports/clock.hpp>

namespace troupe::inline v0 {

class SchedulePolicy;

/// Give it to a System by SystemOptions::scheduler; it must outlive the system, and serves one at a time.
/// Not thread-safe: one thread makes the system, drives it and ends it.
///
/// In the driving thread `.get()`, `shutdown()` and the System's destructor drive it by themselves; when
/// nothing can run, they let time pass to the next timer. blocking() calls run as steps of their own.
class DeterministicScheduler {
 public:
  /// Chooses at random, from the seed.
  explicit DeterministicScheduler(std::uint64_t seed = 0);
  /// Chooses as the policy says, which must outlive it.
  explicit DeterministicScheduler(SchedulePolicy& policy);
  ~DeterministicScheduler();
  DeterministicScheduler(const DeterministicScheduler&) = delete;
  DeterministicScheduler& operator=(const DeterministicScheduler&) = delete;

  /// Runs one turn of an actor, or one blocking call. False: nothing is ready.
  bool step();
  /// Runs until nothing is ready; time stands still. Returns the number of steps.
  std::uint64_t run_until_idle();
  /// Moves time forward, running what becomes due in its order, and then until idle.
  void advance(std::chrono::nanoseconds duration);
  /// Runs, letting time pass where nothing is ready, until the predicate holds. False: nothing was left.
  template <class Predicate>
  bool run_until(Predicate&& holds) {
    while (!holds()) {
      if (!step() && !skip_to_next_timer()) return false;
    }
    return true;
  }
  /// Moves time to the next timer, and fires it. False: there is none.
  bool skip_to_next_timer();

  /// Due time of the next timer; SteadyTime::max(): there is none.
  SteadyTime next_timer();

  Clock& clock() noexcept;
  /// 0 with a policy.
  std::uint64_t seed() const noexcept;

  class Impl;
  detail::Driver& driver_() noexcept;

 private:
  Impl* impl_pointer_;
};

}  // namespace troupe::inline v0

// What a thread drives that waits in a system without threads.
#pragma once

#include <troupe/detail/cell.hpp>
#include <troupe/ports/clock.hpp>

namespace troupe::inline v0::detail {

class Job;
class Group;
class TimerService;

class Driver {
 public:
  virtual bool step() = 0;
  /// Moves time to the next timer, and fires it. False: there is none until `at_most`, where time is then.
  virtual bool skip_to_next_timer(SteadyTime at_most) = 0;
  virtual void submit_job(Job* job) = 0;
  /// See SchedulePolicy.
  virtual std::chrono::nanoseconds timer_delay(Cell& cell, std::chrono::nanoseconds delay) = 0;
  virtual bool inline_asks() const = 0;
  virtual Group& group() = 0;
  virtual Clock& clock() = 0;
  virtual void attach(Runtime& runtime) = 0;
  virtual void detach() = 0;

 protected:
  ~Driver() = default;
};

/// Whether asks run in the asker's thread at all. `driver`: of a system without threads, else null.
inline bool may_inline(const Driver* driver) { return !driver || driver->inline_asks(); }

}  // namespace troupe::inline v0::detail

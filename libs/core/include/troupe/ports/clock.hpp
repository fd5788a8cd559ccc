// Where time comes from: a port, so that tests and the simulator may run on time of their own.
#pragma once

#include <troupe/detail/durations.hpp>

namespace troupe::inline v0 {

/// Steady time since an arbitrary start, in nanoseconds.
using SteadyTime = std::chrono::nanoseconds;
/// Calendar time, UTC.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Thread-safety: all functions from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Never goes back.
  virtual SteadyTime now() const = 0;
  virtual WallTime wall() const = 0;
  /// True: the clock moves in steps, and nobody may sleep until a time.
  virtual bool is_manual() const { return false; }

  class Listener {
   public:
    virtual void clock_moved() = 0;

   protected:
    ~Listener() = default;
  };
  /// @pre is_manual(). The listener is told of each step from now on.
  virtual void add_listener(Listener& listener) { static_cast<void>(listener); }
  /// After its return the listener isn't called any more.
  virtual void remove_listener(Listener& listener) { static_cast<void>(listener); }
};

/// The machine's clocks.
Clock& system_clock() noexcept;

/// A clock that stands still until it is told to move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime{std::chrono::hours(24 * 365 * 30)});
  ManualClock(const ManualClock&) = delete;
  ManualClock& operator=(const ManualClock&) = delete;
  ~ManualClock() override;
  SteadyTime now() const override;
  WallTime wall() const override;
  bool is_manual() const override { return true; }
  void add_listener(Listener& listener) override;
  void remove_listener(Listener& listener) override;

  /// Moves steady and wall time forward, and fires what has become due. @pre step >= 0
  void advance(std::chrono::nanoseconds step);

 private:
  struct State;
  State* state_;
};

}  // namespace troupe::inline v0

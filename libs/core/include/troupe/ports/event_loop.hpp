// What the workers of a thread group do instead of sleeping: a port for I/O loops.
#pragma once

#include <troupe/detail/durations.hpp>

namespace troupe::inline v0 {

/// One loop serves all workers of its group, so wait() and poll() must be callable from several threads.
class EventLoop {
 public:
  virtual ~EventLoop() = default;
  /// Handles events; sleeps until there is one, or until wake(). May return early at any time.
  virtual void wait() = 0;
  /// Handles the events that are there, without waiting; false: there were none. Called every so many turns,
  /// and before each wait().
  virtual bool poll() = 0;
  /// Ends one wait(), now under way or the next to come. From any thread.
  virtual void wake() = 0;
};

}  // namespace troupe::inline v0

// Who wants to hear of deadlocks.
// Thread-safety: all functions from any thread.
#pragma once

#include <mutex>
#include <vector>

#include <troupe/deadlock.hpp>
#include <troupe/recipient.hpp>

namespace troupe::inline v0::detail {

class DeadlockEvents {
 public:
  void publish(const Deadlock& deadlock);
  void subscribe(Recipient<Deadlock> subscriber);
  void end();

 private:
  std::mutex mutex_;
  std::vector<Recipient<Deadlock>> subscribers_;
};

}  // namespace troupe::inline v0::detail

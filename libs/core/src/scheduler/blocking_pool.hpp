// Threads for calls that block. They start on demand, and sleep when there is nothing to do.
// Thread-safety: submit() from any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <troupe/blocking.hpp>

namespace troupe::inline v0::detail {

class BlockingPool {
 public:
  void begin(unsigned most_threads);
  /// Runs what is queued, and waits for its end.
  void end();
  /// Owns the job from the call on. Jobs wait, in order, while all threads are busy.
  void submit(Job* job);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job*> jobs_;
  std::vector<std::thread> threads_;
  unsigned most_threads_ = 0;
  unsigned idle_ = 0;
  bool ending_ = false;
};

}  // namespace troupe::inline v0::detail

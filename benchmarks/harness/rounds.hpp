// Lets plain threads wait until a receiver has seen all messages of a round, so that queues stay of a bounded
// length. Any thread may call either function.
#pragma once

#include <atomic>

namespace bench {

class Rounds {
 public:
  /// One more round is complete. Release pairs with the acquire in wait_for.
  void complete() {
    completed_.fetch_add(1, std::memory_order_release);
    completed_.notify_all();
  }

  void wait_for(int round) const {
    for (;;) {
      const int seen = completed_.load(std::memory_order_acquire);
      if (seen >= round) return;
      completed_.wait(seen, std::memory_order_acquire);
    }
  }

 private:
  std::atomic<int> completed_{0};
};

}  // namespace bench

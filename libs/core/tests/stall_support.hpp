// What the tests of stalls share: a subscriber.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "support.hpp"

namespace troupe_test {

/// Collects what it is told, and says when it was told so much.
class Witness {
 public:
  struct Subscriber {
    explicit Subscriber(Witness* to) : witness(to) {}
    void on(const troupe::Stall& stall) { witness->add(stall); }
    Witness* witness;
  };

  void subscribe(World& world) {
    world->subscribe_stalls(world->spawn<Subscriber>({.name = "witness"}, this));
  }
  std::vector<troupe::Stall> all() const {
    const std::lock_guard lock(mutex_);
    return stalls_;
  }
  /// Waits until there are so many. On threads.
  std::vector<troupe::Stall> await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stalls_.size() >= count; });
    return stalls_;
  }

 private:
  void add(const troupe::Stall& stall) {
    const std::lock_guard lock(mutex_);
    stalls_.push_back(stall);
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<troupe::Stall> stalls_;
};

}  // namespace troupe_test

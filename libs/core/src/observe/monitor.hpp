// The monitor: a thread that looks at the workers every few milliseconds while any of them works, and sleeps
// while all do. It knows for how long each has been in its turn, and hands on what a long turn holds up.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "memory/futex.hpp"

namespace troupe::inline v0::detail {

class Worker;
class ThreadGroup;
struct Cell;

class Monitor {
 public:
  void begin();
  void end();

  /// Watches the group's workers from now on.
  void add(ThreadGroup& group);
  void remove(ThreadGroup& group);

  /// A worker has woken up. Costs a load unless the monitor sleeps.
  void stir() noexcept {
    if (asleep_.load(std::memory_order_relaxed)) doorbell_.notify();
  }

  /// For how long the cell is known to be in its current turn.
  std::chrono::nanoseconds busy_for(const Cell& cell);

 private:
  struct Watch {
    Worker* worker;
    ThreadGroup* group;
    const Cell* cell = nullptr;
    std::uint64_t activations = 0;
    std::uint64_t handled = 0;
    std::chrono::steady_clock::time_point since{};
  };
  void run();
  bool look();

  static constexpr std::chrono::milliseconds period{5};
  // The monitor goes to sleep after so many looks at which all workers slept.
  static constexpr unsigned idle_looks = 4;

  std::mutex mutex_;
  std::vector<Watch> watches_;
  std::atomic<bool> asleep_{false};
  std::atomic<bool> ending_{false};
  Doorbell doorbell_;
  std::thread thread_;
};

}  // namespace troupe::inline v0::detail

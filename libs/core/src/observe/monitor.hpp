// The monitor: a thread that looks at the workers every few milliseconds while any of them works, and sleeps
// while none does. It knows for how long each has been in its turn, names those that take too long, and hands
// on what a long turn holds up. It is also the thread that looks at the mailboxes (watchdog.hpp).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <troupe/ports/clock.hpp>

#include "memory/futex.hpp"
#include "observe/turn_watch.hpp"

namespace troupe::inline v0::detail {

class Stalls;
class Watchdog;

class Monitor {
 public:
  /// Turns that run for longer than the limit are stalls; 0: none are.
  void begin(Stalls& stalls, Watchdog& watchdog, std::chrono::nanoseconds turn_limit);
  void end();

  /// Watches the group's workers from now on.
  void add(ThreadGroup& group, std::string_view name);
  void remove(ThreadGroup& group);

  bool is_asleep() const noexcept { return asleep_.load(std::memory_order_relaxed); }
  /// A worker has woken up. Costs a load unless the monitor sleeps.
  void stir() noexcept {
    if (is_asleep()) doorbell_.notify();
  }
  /// A plain thread has left a turn that awaits: no worker wakes for that, but its mail has to be watched.
  void note_left_turn() noexcept {
    // seq_cst: the monitor sees it before it sleeps, or we see that it sleeps. Pairs with run().
    turn_left_.store(true, std::memory_order_seq_cst);
    if (asleep_.load(std::memory_order_seq_cst)) doorbell_.notify();
  }

  /// Looks at all workers. True: some work, or have worked since the last
  /// look. @pre begin()
  bool look(SteadyTime now);

  /// For how long the cell is known to be in its current turn.
  std::chrono::nanoseconds busy_for(const Cell& cell);

 private:
  void run();
  bool look_at(GroupWatch& group, SteadyTime now);
  /// Sleeps, at most so long. True: it was woken.
  bool wait_for(std::chrono::nanoseconds limit);
  /// The machine's time, since turns take that whatever clock the system has; less that in which the whole
  /// process stood still, in a debugger for example: nobody stalled then.
  SteadyTime now();
  SteadyTime now_locked() const { return system_clock().now() - stood_still_; }

  static constexpr std::chrono::milliseconds period{5};
  // The monitor goes to sleep after so many looks at which all workers slept.
  static constexpr unsigned idle_looks = 4;
  // Longer than a busy machine makes the monitor wait for a processor.
  static constexpr std::chrono::milliseconds longest_delay{500};

  // Set before the thread begins.
  Stalls* stalls_ = nullptr;
  Watchdog* watchdog_ = nullptr;
  std::chrono::nanoseconds turn_limit_{};

  std::mutex looking_;  ///< one at a time looks, and tells what it has seen
  std::mutex mutex_;    ///< of the list below, under looking_ if both are held
  std::vector<GroupWatch> groups_;
  std::chrono::nanoseconds stood_still_{};

  std::atomic<bool> asleep_{false};
  std::atomic<bool> turn_left_{false};  ///< by a plain thread, since the last sleep began
  std::atomic<bool> ending_{false};
  Doorbell doorbell_;
  std::thread thread_;
};

}  // namespace troupe::inline v0::detail

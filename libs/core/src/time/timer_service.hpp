// The timers of one system: a wheel under a lock, and a thread that sleeps until the next is due.
//
// On a manual clock there is no thread: whoever moves the clock fires what is due.
// Thread-safety: all functions from any thread. Nothing is sent under the lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <troupe/detail/await.hpp>
#include <troupe/ports/clock.hpp>

#include "time/wheel.hpp"

namespace troupe::inline v0::detail {

struct MessageTimer;

/// Names a timer that may have fired, and been reused, since.
struct TimerTicket {
  MessageTimer* timer = nullptr;
  std::uint64_t number = 0;
};

/// What a timer sends when it is due.
struct TimedMessage {
  Cell* target = nullptr;
  Envelope* envelope = nullptr;  ///< owned: sent, or with a period copied
  bool as_signal = false;
  std::chrono::nanoseconds period{};
  Envelope* (*copy)(Cell&, const Envelope&) = nullptr;
};

/// Type-stable: a ticket may be older than the timer.
struct MessageTimer : TimerNode {
  TimedMessage message;
  std::atomic<std::uint64_t> number{0};  ///< changes with each use, perhaps by another system
  std::int64_t due = 0;                  ///< in ns
};

class TimerService final : private Clock::Listener {
 public:
  void begin(Clock& clock);
  /// Drops all timers. @pre no actor lives
  void end();

  /// Sends the message once `delay` has passed, and then at each period. The envelope is the service's.
  TimerTicket arm(std::chrono::nanoseconds delay, const TimedMessage& message);
  /// False: it has fired, or was cancelled. Of a periodic one no tick is sent any more.
  bool cancel(TimerTicket ticket);
  /// Fails the block's current await when `within` has passed. @pre the asker is an actor of this system
  void arm_deadline(AwaitBlock& block, std::chrono::nanoseconds within);
  /// As arm_deadline(), for a thread, which may outlive the system: then whom it asks is gone, and so is the
  /// clock.
  void arm_deadline_outside(AwaitBlock& block, std::chrono::nanoseconds within);
  /// The clock's time, for a thread whom the system doesn't wait for: 0 when it has ended, and its clock with
  /// it.
  std::int64_t now_outside();

  /// Sends what is due by the clock.
  void fire_due();
  /// When the next timer is due, or the deadline of an ask that may be over.
  std::optional<SteadyTime> next_due();

 private:
  struct Firing;
  void clock_moved() override { fire_due(); }
  void run();
  void insert_locked(TimerNode& node, std::int64_t due);
  void put_forward_locked(DeadlineNode& node, std::int64_t due);
  void take_over(DeadlineNode& node);
  void forget(DeadlineNode& node);
  void collect(TimerNode& node, std::int64_t now, Firing& firing);
  void collect_deadline(AwaitBlock& block, std::int64_t now, Firing& firing);
  void collect_message(MessageTimer& timer, std::int64_t now, Firing& firing);
  void stop_thread();

  static constexpr std::int64_t tick_ns = 1'000'000;
  static std::uint64_t tick_after(std::int64_t ns) {
    return static_cast<std::uint64_t>((ns + tick_ns - 1) / tick_ns);
  }

  Clock* clock_ = nullptr;
  std::mutex mutex_;
  std::condition_variable changed_;
  Wheel wheel_;
  std::uint64_t sleeping_until_ = 0;  ///< a tick; 0: not asleep
  bool ending_ = true;                ///< not begun, or ended
  std::thread thread_;
};

}  // namespace troupe::inline v0::detail

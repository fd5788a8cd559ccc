// The parts of one running system. Immortal and recycled: a dead cell's late senders still ask it where
// dead letters go when the System is long gone.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/options.hpp>
#include <troupe/ports/clock.hpp>
#include <troupe/ports/log.hpp>
#include <troupe/ports/tracer.hpp>

#include "deadlock/deadlock_events.hpp"
#include "lifecycle/departures.hpp"
#include "observe/dead_letters.hpp"
#include "observe/monitor.hpp"
#include "observe/stalls.hpp"
#include "observe/supervision_events.hpp"
#include "observe/watchdog.hpp"
#include "scheduler/blocking_pool.hpp"
#include "scheduler/group.hpp"
#include "supervision/quarantine.hpp"
#include "system/names.hpp"
#include "time/timer_service.hpp"

namespace troupe::inline v0 {
class DeterministicScheduler;
}

namespace troupe::inline v0::detail {

class ThreadGroup;
class Driver;

class Runtime {
 public:
  static Runtime& begin(const SystemOptions& options);
  /// @pre no actor lives but the root, whose cell the caller has seen end
  void end();

  /// The runtime that serves a cell, alive or dead; null for a cell that never had an actor.
  static Runtime* of(const Cell& cell) {
    Group* group = Cell::group_of(cell.home.load(std::memory_order_relaxed));
    return group ? &group->runtime() : nullptr;
  }

  Group& default_group() { return *default_group_; }
  /// @throws UsageError: there is none of this name
  Group& group(std::string_view name);
  /// @throws UsageError: the name is taken
  void add_group(std::string_view name, const GroupOptions& options);
  /// A thread for one actor. Null: this system has no threads.
  ThreadGroup* start_pinned_group();
  Group& graveyard() { return graveyard_; }
  /// The home of a cell that nobody lives in, and that somebody of this system lived in last.
  std::uintptr_t home_of_dead() { return reinterpret_cast<std::uintptr_t>(&graveyard_); }

  TimerService& timers() { return timers_; }
  BlockingPool& blocking() { return blocking_; }
  DeadLetters& dead_letters() { return dead_letters_; }
  Names& names() { return names_; }
  SupervisionEvents& supervision_events() { return supervision_events_; }
  DeadlockEvents& deadlock_events() { return deadlock_events_; }
  OnDeadlock on_deadlock() const { return on_deadlock_.load(std::memory_order_relaxed); }
  /// For what begins at one moment of a clock that is moved by hand, a number: later is higher.
  std::uint64_t next_in_order() {
    return has_manual_clock_.load(std::memory_order_relaxed) ? order_.fetch_add(1, std::memory_order_relaxed)
                                                             : 0;
  }
  bool finds_deadlocks() const { return on_deadlock() != OnDeadlock::ignore; }
  std::chrono::nanoseconds suspected_deadlock_after() const { return suspected_deadlock_after_; }
  Quarantine& quarantine() { return quarantine_; }
  bool stops_on_escalation() const { return stops_on_escalation_; }
  Monitor& monitor() { return monitor_; }
  Stalls& stalls() { return stalls_; }
  Clock& clock() { return *clock_; }
  Log& log() { return *log_; }
  Tracer* tracer() const { return tracer_.load(std::memory_order_relaxed); }
  Driver* driver() { return driver_; }
  /// The driver, for the thread that made this system on it; null for all others, which may come with an old
  /// Ref when the system is gone, and another has the runtime.
  Driver* driver_here() const {
    return driven_by_.load(std::memory_order_relaxed) == &context ? driver_ : nullptr;
  }
  std::chrono::nanoseconds ask_deadline() const { return ask_deadline_.load(std::memory_order_relaxed); }
  std::uint64_t seed() const { return seed_; }
  /// Of actors that have none of their own.
  const Mailbox& mailbox() const { return mailbox_; }
  bool bounds_mailboxes() const { return bounds_mailboxes_; }
  unsigned workers() const { return workers_; }

  Departures& departures() { return departures_; }

  Cell* root = nullptr;
  std::uint64_t root_gen = 0;

 private:
  Runtime() : graveyard_(this) {}
  void finish_groups();
  /// Takes back the threads of pinned actors that have ended.
  void finish_ended_groups();

  Departures departures_;
  Graveyard graveyard_;
  TimerService timers_;
  BlockingPool blocking_;
  DeadLetters dead_letters_;
  Names names_;
  SupervisionEvents supervision_events_;
  DeadlockEvents deadlock_events_;
  Quarantine quarantine_;
  Monitor monitor_;
  Stalls stalls_;
  Watchdog watchdog_;
  Clock* clock_ = nullptr;
  Log* log_ = nullptr;
  std::atomic<Tracer*> tracer_{nullptr};  ///< atomic: late senders ask the runtime of a system that is gone
  Driver* driver_ = nullptr;
  std::atomic<const Context*> driven_by_{nullptr};
  // Atomic, as an ask through an old Ref may read them while another system begins with this runtime;
  // relaxed, as it fails all the same.
  std::atomic<std::chrono::nanoseconds> ask_deadline_{};
  std::chrono::nanoseconds suspected_deadlock_after_{};
  std::atomic<OnDeadlock> on_deadlock_{};
  std::atomic<bool> has_manual_clock_{false};
  std::atomic<std::uint64_t> order_{0};
  std::uint64_t seed_ = 0;
  Mailbox mailbox_ = unbounded;
  bool bounds_mailboxes_ = false;  ///< mailbox_ has rules
  unsigned workers_ = 0;
  bool stops_on_escalation_ = false;
  Group* default_group_ = nullptr;

  std::mutex groups_mutex_;
  std::map<std::string, Group*, std::less<>> groups_;  ///< by name; "" is the default
  std::vector<ThreadGroup*> thread_groups_;            ///< all with threads, pinned ones too
};

}  // namespace troupe::inline v0::detail

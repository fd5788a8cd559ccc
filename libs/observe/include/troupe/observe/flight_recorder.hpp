// FlightRecorder: writes down the last events of a RingTracer when something has gone wrong: on a failure of
// an actor, a deadlock, a signal, or on request.
//
// Thread-safety: write() from any thread outside of turns. Construct and destroy it in one thread, after the
// tracer and before it; when it is destroyed no traced actor may be running, or on_failure must be off.
//
// Invariants
//  1. Reports of failures and deadlocks are written by a thread of its own, so no turn waits for a file.
//  2. It writes `most_reports` reports at most; a service that fails again and again fills no disk.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include <troupe/observe/ring_tracer.hpp>
#include <troupe/observe/trace.hpp>

namespace troupe::inline v0::observe {

struct FlightReport {
  std::string
      reason;  ///< "an actor has failed", "deadlock: a waits for b (M), b waits for a (N)", "signal 11"
  std::size_t number = 0;  ///< from 1 on
  Trace trace;
};

struct FlightRecorderOptions {
  troupe::detail::ByName by_name{troupe::detail::ByName::Key{}};

  /// Where write_report() puts its files, if `write` isn't given.
  std::string directory = ".";
  /// Gets each report, one at a time, in place of the files. It must not throw.
  std::function<void(const FlightReport&)> write = {};
  std::size_t last_events = 2000;
  std::size_t most_reports = 100;
  bool on_failure = true;
  /// How often to look for rings of actors that wait for each other; 0: never. Each look takes a snapshot.
  std::chrono::milliseconds look_for_deadlocks_every{0};
};

class FlightRecorder {
 public:
  /// @throws std::system_error: no pipe or no thread could be had
  explicit FlightRecorder(RingTracer& tracer, FlightRecorderOptions options = {});
  FlightRecorder(const FlightRecorder&) = delete;
  FlightRecorder& operator=(const FlightRecorder&) = delete;
  /// Writes what is owed, and restores the actions of its signals.
  ~FlightRecorder();

  /// Now, in this thread.
  void write(std::string_view reason);

  /// Writes a report when one of these signals comes. After SIGHUP, SIGUSR1 and SIGUSR2 the program goes on;
  /// after all others the signal does what it did before.
  ///
  /// The handler only writes a byte into a pipe, and waits for the recorder's thread, two seconds at most;
  /// all that it calls is async-signal-safe. The report itself is made by that thread with ordinary code: if
  /// the signal came inside of malloc with its lock held, there is none. It runs on the alternate stack of
  /// threads that have one.
  /// @pre no other FlightRecorder has signals. @throws std::system_error: a signal that can't be caught
  void on_signals(std::initializer_list<int> signals);

  std::size_t reports() const noexcept;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

/// Writes `<directory>/flight-<process>-<number>.txt` and `.json`, for people and for Perfetto. False: it
/// could not.
bool write_report(const FlightReport& report, const std::string& directory);

}  // namespace troupe::inline v0::observe

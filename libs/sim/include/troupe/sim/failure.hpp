// Failure: why a simulated run has failed, and all that repeats it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <troupe/sim/fwd.hpp>
#include <troupe/sim/schedule.hpp>

namespace troupe::inline v0::sim {

enum class FailureKind : std::uint8_t {
  exception,         ///< one has left the scenario, or a handler
  check,             ///< Simulation::check()
  always,            ///< what Simulation::always() watches did not hold
  eventually,        ///< what Simulation::eventually() watches did not hold again in time
  deadlock,          ///< nothing can happen any more, and somebody waits
  out_of_steps,      ///< the run went on for longer than it may
  forbidden_call,    ///< an actor has blocked, or started a thread
  nondeterministic,  ///< the same schedule gave another history
  aborted,           ///< the process has ended: by a signal, a sanitizer, an exit
};
std::string_view to_string(FailureKind kind) noexcept;

struct Failure {
  FailureKind kind = FailureKind::exception;
  std::string sentence;
  Schedule schedule;
  std::string history;  ///< its last events, a line each
  std::string command;  ///< repeats it: paste it into a shell
  /// How it came to be, for Mermaid: 50 messages, answers and failures at most.
  std::string diagram = {};
  std::string diagram_file = {};  ///< where that has been written; empty: nowhere
};

/// Leaves what drives a simulation whose run has failed: a step, check(), an ask's get().
class RunFailed : public std::runtime_error {
 public:
  RunFailed(FailureKind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
  FailureKind kind() const noexcept { return kind_; }

 private:
  FailureKind kind_;
};

/// What a crashed actor fails with, in FaultOptions::crash.
class InjectedCrash : public std::runtime_error {
 public:
  InjectedCrash() : std::runtime_error("a crash that the simulation has injected") {}
};

}  // namespace troupe::inline v0::sim

// What depends on what among the steps of a run.
//
// A step is one message, or all waiting signals, of one actor. Handlers run to completion and share nothing,
// so two steps of two actors can be exchanged unless both send to the same receiver, or one causes the other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <troupe/sim/history.hpp>
#include <troupe/sim/schedule.hpp>

namespace troupe::inline v0::sim {

/// An actor, or a blocking call, under a name that is the same in each run, whatever was spawned before.
using ProcessId = std::uint64_t;
ProcessId process_of(const History& history, Chosen chosen);

/// What one step did to others.
struct Footprint {
  ProcessId process = 0;
  std::vector<ProcessId> sends;    ///< to these mailboxes
  std::vector<ProcessId> signals;  ///< to these: answers, kills, wishes to hear of an end
  std::vector<ProcessId> ends;     ///< of these: what is sent to them before is another thing than after
};
Footprint footprint_of(const History& history, ProcessId process, std::size_t first, std::size_t last);

/// Whether the order of the two matters.
bool depend(const Footprint& one, const Footprint& other);

/// A run's steps and the order that its causes and dependences make of them.
class HappensBefore {
 public:
  struct Step {
    const Footprint* footprint;
    std::size_t first_event;
    std::size_t last_event;
    const std::vector<ProcessId>* enabled;  ///< who might have made a step in its place
  };
  HappensBefore(const History& history, std::span<const Step> steps);

  std::size_t size() const { return before_.size(); }
  /// Whether step `i` happens before step `j`.
  bool before(std::size_t i, std::size_t j) const { return before_[j][i]; }
  /// Whether they depend on each other, nothing between them orders them, and the first isn't what made the
  /// second possible: so they might have come in the other order. An answer that finds its asker with another
  /// signal to see to isn't.
  bool race(std::size_t i, std::size_t j) const;

 private:
  std::vector<std::vector<bool>> before_;
  std::vector<std::vector<bool>> causes_;
  std::span<const Step> steps_;
};

}  // namespace troupe::inline v0::sim

// SourceSets: chooses the steps of one run after the other, until all that differ have been made.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "dependence.hpp"
#include "simulation.hpp"

namespace troupe::inline v0::sim {

/// Dynamic partial-order reduction with source sets and sleep sets.
/// Invariant: nodes_[i] is the choice before step i of the current run, with what is left to try there.
class SourceSets final : public StepObserver {
 public:
  /// A new run begins, whose steps the last call of next() has settled.
  void begin(const History& history);
  std::size_t choose(const Ready& ready) override;
  /// The run is over. False: there is no other.
  bool next();
  /// The run was left: all that it could have become is known.
  bool was_cut_short() const { return cut_short_; }

 private:
  struct Node {
    std::vector<ProcessId> enabled;
    ProcessId chosen = 0;
    std::set<ProcessId> to_try;
    std::map<ProcessId, Footprint> sleep;  ///< known to lead to nothing new
    std::map<ProcessId, Footprint> done;
    Footprint footprint;  ///< of the step that was chosen
    std::size_t first_event = 0;
    std::size_t last_event = 0;
  };

  void close_step();
  void open_node(const Ready& ready);
  void plan_races();
  void plan_race(const HappensBefore& order, std::size_t i, std::size_t j);

  const History* history_ = nullptr;
  std::vector<Node> nodes_;
  std::size_t depth_ = 0;
  bool cut_short_ = false;
};

}  // namespace troupe::inline v0::sim

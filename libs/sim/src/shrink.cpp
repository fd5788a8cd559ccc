// ddmin over the choices of a schedule, then over its crashes and kills.
#include <algorithm>
#include <utility>
#include <vector>

#include <troupe/sim/explore.hpp>

#include "child.hpp"
#include "run.hpp"

namespace troupe::inline v0::sim {

namespace {

class Shrinking {
 public:
  Shrinking(const ExploreOptions& options, const Failure& failure, const Scenario& scenario, unsigned tries)
      : options_(options), kind_(failure.kind), scenario_(scenario), tries_left_(tries) {}

  /// Whether a run by this schedule fails in the same way.
  bool fails(const Schedule& schedule) {
    if (tries_left_ == 0) return false;
    --tries_left_;
    child_.shared().failed.store(false, std::memory_order_relaxed);
    child_.start([&](SharedRun& shared) {
      shared.begin(0, schedule.seed, schedule.depth);
      const auto failure = replay(options_, schedule, scenario_);
      if (failure) shared.fail(*failure);
    });
    if (child_.wait()) return kind_ == FailureKind::aborted;
    return child_.shared().failed.load(std::memory_order_acquire) && child_.shared().kind == kind_;
  }

  /// Leaves out of `schedule.*list` whatever isn't needed.
  template <class T>
  void minimise(Schedule& schedule, std::vector<T> Schedule::* list) {
    std::size_t parts = 1;
    while (!(schedule.*list).empty() && tries_left_ > 0) {
      const std::size_t size = (schedule.*list).size();
      const std::size_t length = (size + parts - 1) / parts;
      if (leave_out_one_part(schedule, list, length)) {
        parts = std::max<std::size_t>(parts - 1, 1);
      } else if (length <= 1) {
        return;
      } else {
        parts = std::min(parts * 2, size);
      }
    }
  }

 private:
  template <class T>
  bool leave_out_one_part(Schedule& schedule, std::vector<T> Schedule::* list, std::size_t length) {
    const std::size_t size = (schedule.*list).size();
    // From the end: what follows the failing choice is never needed.
    for (std::size_t end = size; end > 0; end -= std::min(end, length)) {
      const std::size_t begin = end - std::min(end, length);
      Schedule smaller = schedule;
      auto& entries = smaller.*list;
      entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                    entries.begin() + static_cast<std::ptrdiff_t>(end));
      if (!fails(smaller)) continue;
      schedule = std::move(smaller);
      return true;
    }
    return false;
  }

  const ExploreOptions& options_;
  FailureKind kind_;
  const Scenario& scenario_;
  unsigned tries_left_;
  Child child_;
};

}  // namespace

Schedule shrink(const ExploreOptions& options, const Failure& failure, const Scenario& scenario,
                unsigned tries) {
  Shrinking shrinking(options, failure, scenario, tries);
  Schedule schedule = failure.schedule;
  // A failure that its schedule doesn't repeat can't be made smaller.
  if (!shrinking.fails(schedule)) return schedule;
  shrinking.minimise(schedule, &Schedule::strikes);
  shrinking.minimise(schedule, &Schedule::choices);
  return schedule;
}

}  // namespace troupe::inline v0::sim

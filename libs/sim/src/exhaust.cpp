#include <chrono>

#include <troupe/sim/explore.hpp>

#include "child.hpp"
#include "environment.hpp"
#include "report.hpp"
#include "run.hpp"
#include "source_sets.hpp"

namespace troupe::inline v0::sim {

namespace {

ExploreOptions without_faults(const ExploreOptions& options) {
  ExploreOptions result = options;
  result.faults = {};
  return result;
}

/// In a child.
void run_all(const ExploreOptions& options, const Scenario& scenario, SharedRun& shared) {
  const auto begin = std::chrono::steady_clock::now();
  SourceSets search;
  for (std::uint64_t run = 0; run < options.schedules; ++run) {
    if (std::chrono::steady_clock::now() - begin >= options.time) return;
    shared.begin(run, options.seed, 0);
    const Plan plan = plan_of(options, options.seed, 0);
    Simulation sim(plan.options);
    search.begin(sim.history());
    sim.impl_().observer = &search;
    const auto failure = run_scenario(sim, scenario, options.failed);
    if (search.was_cut_short()) {
      shared.cut_short.fetch_add(1, std::memory_order_relaxed);
    } else if (failure) {
      return shared.fail(*failure);
    } else {
      shared.finish(sim.steps(), sim.schedule().choices.size());
    }
    if (!search.next()) {
      return shared.complete.store(true, std::memory_order_relaxed);
    }
  }
}

}  // namespace

Exploration exhaust(const ExploreOptions& asked, const Scenario& scenario) {
  const ExploreOptions options = without_faults(asked);
  if (environment().replays()) return repeat_as_wished(options, scenario);
  Child child;
  child.start([&](SharedRun& shared) { run_all(options, scenario, shared); });
  const auto ended = child.wait();
  const SharedRun& shared = child.shared();
  Exploration result;
  result.schedules = shared.finished.load(std::memory_order_relaxed);
  result.steps = shared.steps.load(std::memory_order_relaxed);
  result.cut_short = shared.cut_short.load(std::memory_order_relaxed);
  result.complete = shared.complete.load(std::memory_order_relaxed);
  if (shared.failed.load(std::memory_order_acquire)) {
    result.failure = shared.failure();
  } else if (ended) {
    result.failure = Failure{.kind = FailureKind::aborted,
                             .sentence = *ended,
                             .schedule = shared.schedule(),
                             .history = {},
                             .command = {}};
  }
  settle_failure(options, scenario, result);
  return result;
}

}  // namespace troupe::inline v0::sim

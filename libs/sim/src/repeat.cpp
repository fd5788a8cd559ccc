// What becomes of a failure: it is made smaller, told to a person, and repeated when the environment says so.
#include <cstdio>
#include <utility>

#include <troupe/errors.hpp>

#include "environment.hpp"
#include "last_words.hpp"
#include "report.hpp"
#include "run.hpp"

namespace troupe::inline v0::sim {

Exploration repeat_as_wished(const ExploreOptions& options, const Scenario& scenario) {
  const Environment& wish = environment();
  Exploration result;
  std::string name = wish.name;
  Schedule schedule;
  if (!wish.schedule.empty()) {
    auto loaded = load_schedule(wish.schedule);
    if (!loaded) throw UsageError("TROUPE_SIM: " + loaded.error());
    schedule = std::move(*loaded);
    name = schedule.name;
  }
  if (!name.empty() && name != options.name) return result;  // another exploration is meant
  const bool by_seed = wish.schedule.empty();
  const Plan plan = by_seed ? plan_of(options, *wish.seed, wish.depth) : plan_of(options, schedule);
  Simulation sim(plan.options);
  result.failure = run_scenario(sim, scenario, options.failed);
  result.schedules = 1;
  result.steps = sim.steps();
  if (!result.failure) return result;
  ExploreOptions without_file = options;
  without_file.directory = {};
  prepare_command(without_file, *result.failure);
  if (!options.quiet) std::fprintf(stderr, "%s\n", result.report().c_str());
  return result;
}

void settle_failure(const ExploreOptions& options, const Scenario& scenario, Exploration& result) {
  if (!result.failure) return;
  Failure& failure = *result.failure;
  result.shrunk_from = failure.schedule.choices.size();
  const bool repeatable = failure.kind != FailureKind::nondeterministic;
  if (options.shrink && repeatable) {
    const Schedule smaller = shrink(options, failure, scenario);
    if (smaller != failure.schedule) {
      failure.schedule = smaller;
      // The events of the smaller run are the ones to read; where it ends the process, they come later.
      if (failure.kind != FailureKind::aborted) {
        if (auto again = replay(options, smaller, scenario)) {
          failure.sentence = again->sentence;
          failure.history = again->history;
          failure.diagram = again->diagram;
        }
      }
    }
  }
  if (failure.kind == FailureKind::aborted) hear_last_words(options, scenario, failure);
  prepare_command(options, failure);
  write_diagram(options, failure);
  if (!options.quiet) std::fprintf(stderr, "%s\n", result.report().c_str());
}

}  // namespace troupe::inline v0::sim

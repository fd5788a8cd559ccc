#include "run.hpp"
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <troupe/detail/pool.hpp>
#include <troupe/errors.hpp>

#include "diagram.hpp"

namespace troupe::inline v0::sim {

namespace {

constexpr std::size_t events_shown = 40;

FaultOptions some_of(FaultOptions faults, Stream& random) {
  for (double* one :
       {&faults.crash, &faults.kill, &faults.stall, &faults.delay, &faults.early_timers, &faults.point}) {
    constexpr std::array<double, 4> shares{0, 0.25, 1, 1};
    *one *= shares[random.below(shares.size())];
  }
  return faults;
}

std::unique_ptr<Policy> policy_of(std::uint64_t seed, std::uint64_t depth, Stream& random) {
  // Many of them walk: they find what is frequent. PCT finds what needs one actor to be left far behind, or
  // one chain of messages to run far ahead.
  constexpr std::array<unsigned, 10> pct_depths{0, 0, 0, 0, 1, 2, 3, 5, 1, 2};
  constexpr std::size_t first_of_chains = 8;
  const std::size_t which = random.below(pct_depths.size());
  const std::uint64_t steps = std::max<std::uint64_t>(depth, 1);
  auto first = pct_depths[which] == 0    ? random_walk(seed)
               : which < first_of_chains ? pct(seed, pct_depths[which], steps)
                                         : pct_of_chains(seed, pct_depths[which], steps);
  constexpr std::uint64_t least_choices_before_tail = 500;
  return fair_tail(std::move(first), std::max(least_choices_before_tail, 4 * depth));
}

SimulationOptions options_of(const ExploreOptions& explore) {
  return {.faults = explore.faults,
          .max_steps = explore.max_steps,
          .ask_deadline = explore.ask_deadline,
          .handlers_may_throw = explore.handlers_may_throw,
          .may_end_waiting = explore.may_end_waiting,
          .log = explore.log};
}

/// The scenario, and what has to hold when it is over.
void run_and_check(Simulation& sim, const Scenario& scenario, bool (*failed)()) {
  scenario(sim);
  Simulation::Impl& impl = sim.impl_();
  if (sim.steps() == 0 && sim.history().size() != 0) {
    throw UsageError("the scenario sends, but never drives its simulation: end it with Simulation::run()");
  }
  impl.check_at_end();
  if (failed && failed()) {
    impl.failed(FailureKind::check, "the test framework has seen a failure");
    impl.throw_failure();
  }
}

}  // namespace

std::string last_events(const History& history, std::size_t end) {
  const std::size_t first = end > events_shown ? end - events_shown : 0;
  return history.text(first, end - first);
}

Plan plan_of(const ExploreOptions& explore, std::uint64_t seed, std::uint64_t depth) {
  Stream random(seed, "plan");
  Plan plan{.options = options_of(explore), .policy = policy_of(seed, depth, random)};
  plan.options.seed = seed;
  if (explore.swarm) plan.options.faults = some_of(explore.faults, random);
  plan.options.policy = plan.policy.get();
  return plan;
}

Plan plan_of(const ExploreOptions& explore, const Schedule& schedule) {
  Plan plan = plan_of(explore, schedule.seed, schedule.depth);
  plan.options.replay = &schedule;
  return plan;
}

std::optional<Failure> run_scenario(Simulation& sim, const Scenario& scenario, bool (*failed)()) {
  std::optional<Failure> failure;
  const auto fail = [&](FailureKind kind, std::string sentence) {
    failure = Failure{.kind = kind,
                      .sentence = std::move(sentence),
                      .schedule = sim.schedule(),
                      .history = last_events(sim.history(), sim.history().size()),
                      .command = {}};
    failure->diagram = diagram_of(sim.history(), sim.history().size(), kind, failure->sentence);
  };
  try {
    run_and_check(sim, scenario, failed);
  } catch (const RunFailed& error) {
    fail(error.kind(), error.what());
  } catch (const AskError& error) {
    const std::string waits = error.reason() == Reason::unanswerable ? sim.who_waits() : std::string();
    if (error.reason() == Reason::unanswerable) {
      fail(FailureKind::deadlock,
           std::string("deadlock: ") + error.what() + (waits.empty() ? "" : "; ") + waits);
    } else {
      fail(FailureKind::exception, std::string("an exception has left the scenario: ") + error.what());
    }
  } catch (const std::exception& error) {
    fail(FailureKind::exception, std::string("an exception has left the scenario: ") + error.what());
  } catch (...) {
    fail(FailureKind::exception, "an exception that is no std::exception has left the scenario");
  }
  sim.impl_().end();
  return failure;
}

std::optional<Failure> compare(const Simulation& first, const Simulation& second) {
  const History& one = first.history();
  const History& two = second.history();
  if (one.hash() == two.hash() && one.size() == two.size()) return std::nullopt;
  std::size_t at = 0;
  const std::size_t both = std::min(one.size(), two.size());
  while (at < both && one.line(one[at]) == two.line(two[at])) ++at;
  const auto event = [at](const History& history) {
    return at < history.size() ? history.line(history[at]) : std::string("its end");
  };
  Failure failure{.kind = FailureKind::nondeterministic,
                  .sentence = "the same schedule gave two histories: they part at event " +
                              std::to_string(at + 1) + ", which is '" + event(one) + "' in the first and '" +
                              event(two) +
                              "' in the second; let actors take time from now(), numbers from random(), and "
                              "order nothing by its address",
                  .schedule = first.schedule(),
                  .history = {},
                  .command = {}};
  failure.history = "the first run:\n" + last_events(one, std::min(at + 1, one.size())) +
                    "the second run:\n" + last_events(two, std::min(at + 1, two.size()));
  failure.diagram = diagram_of(one, std::min(at + 1, one.size()), failure.kind, failure.sentence);
  return failure;
}

void perturb_heap(std::uint64_t seed) {
  constexpr int blocks = 1500;
  constexpr int one_kept_of = 10;
  Stream random(seed, "heap");
  std::vector<std::pair<void*, std::size_t>> pooled;
  std::vector<char*> allocated;
  for (int i = 0; i < blocks; ++i) {
    const std::size_t bytes = 16 + 16 * random.below(24);
    pooled.emplace_back(detail::allocate_bytes(bytes), bytes);
    allocated.push_back(new char[bytes]);
  }
  // Freed in another order than they were taken, so that what is taken next isn't in the order of addresses.
  for (std::size_t i = pooled.size(); i > 1; --i) {
    const std::size_t other = random.below(i);
    std::swap(pooled[i - 1], pooled[other]);
    std::swap(allocated[i - 1], allocated[other]);
  }
  static std::vector<char*> kept;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    detail::free_block(pooled[i].first, pooled[i].second);
    if (i % one_kept_of == 0) {
      kept.push_back(allocated[i]);
    } else {
      delete[] allocated[i];
    }
  }
}

std::optional<Failure> replay(const ExploreOptions& options, const Schedule& schedule,
                              const Scenario& scenario) {
  const Plan plan = plan_of(options, schedule);
  Simulation sim(plan.options);
  return run_scenario(sim, scenario, options.failed);
}

}  // namespace troupe::inline v0::sim

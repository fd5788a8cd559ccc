// explore(): runs a scenario under many schedules, in child processes on all cores. exhaust(): under all that
// differ. Both find a run that fails, make its schedule small, and say how to repeat it.
//
//   const auto result = troupe::sim::explore({.name = "shop"}, [](troupe::sim::Simulation& sim) {
//     ... spawn, send ...
//     sim.run();
//     sim.check(sold == 1, "one of two customers gets the last loaf");
//   });
//   EXPECT_TRUE(result.passed()) << result.report();
//
// Thread-safety: call them from a thread that may fork: one that holds no lock others wait for.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/options.hpp>
#include <troupe/sim/failure.hpp>
#include <troupe/sim/faults.hpp>
#include <troupe/sim/simulation.hpp>

namespace troupe::inline v0::sim {

/// Sets up a system and drives it to its end, by Simulation::run(). It fails by an exception, a check, what
/// always() and eventually() watch, a deadlock, too many steps, or the end of its process. Called once for
/// each run, and must begin afresh each time.
using Scenario = std::function<void(Simulation&)>;

struct ExploreOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  /// Of the schedule file, and for TROUPE_SIM=name=...
  std::string_view name = "simulation";
  std::uint64_t seed = 0;
  /// How many runs, and for how long; whichever comes first.
  std::uint64_t schedules = 1000;
  std::chrono::nanoseconds time = std::chrono::nanoseconds::max();
  /// Child processes at a time; 0: one per processor.
  unsigned processes = 0;
  /// Runs per child process.
  std::uint64_t batch = 100;

  std::uint64_t max_steps = 20'000;
  std::chrono::nanoseconds ask_deadline = std::chrono::nanoseconds::max();
  bool handlers_may_throw = false;
  bool may_end_waiting = false;
  /// Of all runs, each of which happens in a child process. Null: nowhere.
  Log* log = nullptr;
  FaultOptions faults = {};
  /// Each run has some of the faults only: those that hide others are absent at times.
  bool swarm = true;
  /// Each so-manyth run is made twice and compared; 0: none.
  std::uint64_t twice_every = 16;

  /// Whether a test framework has seen a failure, as `[] { return ::testing::Test::HasFailure(); }`.
  bool (*failed)() = nullptr;
  /// Whether the schedule of a failure is made smaller.
  bool shrink = true;
  /// A line each second on standard error.
  bool progress = false;
  /// Whether the report of a failure isn't written to standard error.
  bool quiet = false;
  /// Where the schedule of a failure is written, as NAME.schedule, and its diagram, as NAME.mmd; empty:
  /// nowhere, and the report has the diagram.
  std::string_view directory = ".";
  /// The command that runs this scenario; empty: this process's own.
  std::string_view command = {};
};

/// What explore() and exhaust() found.
struct [[nodiscard]] Exploration {
  std::uint64_t schedules = 0;  ///< runs to their end
  std::uint64_t steps = 0;      ///< of all runs
  std::uint64_t cut_short = 0;  ///< exhaust(): runs that were left when they turned out to be known
  bool complete = false;        ///< exhaust(): there are no others
  std::optional<Failure> failure;
  std::uint64_t shrunk_from = 0;  ///< choices of the failing schedule before it was made smaller

  bool passed() const { return !failure.has_value(); }
  /// A sentence, or the whole story of the failure.
  std::string report() const;
};

/// A portfolio of random walks and PCT at several depths, each with a fair tail.
Exploration explore(const ExploreOptions& options, const Scenario& scenario);

/// All schedules that differ, each once: two runs are the same if one becomes the other by exchanging
/// neighbouring steps that neither send to the same receiver nor cause each other. Faults, other times and
/// blocking calls are not varied. Source: Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial
/// order reduction", POPL 2014 (source sets); Lauterburg, Karmani, Marinov and Agha, "Evaluating ordering
/// heuristics for dynamic partial-order reduction techniques", FASE 2010, for what depends on what among
/// actors.
Exploration exhaust(const ExploreOptions& options, const Scenario& scenario);

/// One run by this schedule, in this process. Nothing: it passed.
std::optional<Failure> replay(const ExploreOptions& options, const Schedule& schedule,
                              const Scenario& scenario);

/// A schedule that fails as this one does, with choices left out until none can be. `tries` bounds the runs,
/// each of which is a process of its own. Source: Zeller and Hildebrandt, "Simplifying and isolating
/// failure-inducing input", 2002 (ddmin).
Schedule shrink(const ExploreOptions& options, const Failure& failure, const Scenario& scenario,
                unsigned tries = 400);

}  // namespace troupe::inline v0::sim

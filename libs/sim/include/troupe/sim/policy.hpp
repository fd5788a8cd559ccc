// Policies: who runs next in a simulation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <troupe/ports/schedule_policy.hpp>
#include <troupe/sim/fwd.hpp>
#include <troupe/sim/history.hpp>
#include <troupe/sim/schedule.hpp>

namespace troupe::inline v0::sim {

/// Those among whom a policy chooses. A view: valid during the call that it is given to.
class Ready {
 public:
  /// `only`: the indices that may be chosen; empty for all.
  Ready(const Runnables& runnables, const History& history, std::span<const std::size_t> only = {})
      : runnables_(runnables), history_(history), only_(only) {}

  /// Actors first, in the order in which they became ready; then calls given to blocking().
  std::size_t size() const noexcept { return only_.empty() ? runnables_.size() : only_.size(); }
  Chosen operator[](std::size_t index) const noexcept;
  /// As Runnables::next_message(); empty for a blocking call.
  std::string_view next_message(std::size_t index) const noexcept;
  std::optional<std::size_t> find(Chosen chosen) const noexcept;
  /// The index in what the scheduler knows.
  std::size_t runnable(std::size_t index) const noexcept { return only_.empty() ? index : only_[index]; }
  const History& history() const noexcept { return history_; }

 private:
  const Runnables& runnables_;
  const History& history_;
  std::span<const std::size_t> only_;
};

/// Thread-safety: none; belongs to the thread of its simulation.
class Policy {
 public:
  virtual ~Policy() = default;
  /// @pre ready.size() > 1
  virtual std::size_t choose(const Ready& ready) = 0;
  /// Whether time goes on to the next timer although actors are ready; nothing: as the simulation draws it.
  virtual std::optional<bool> lets_time_pass() { return std::nullopt; }
};

/// Each of those that are ready with the same probability.
std::unique_ptr<Policy> random_walk(std::uint64_t seed);

/// PCT: actors have random priorities, the highest runs, and at depth - 1 steps chosen at random the one that
/// would run falls below all others. Finds a bug that needs `depth` steps in a certain order, among n actors
/// and k steps, with probability 1/(n k^(depth - 1)) at least. Source: Burckhardt, Kothari, Musuvathi and
/// Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010.
/// @pre depth > 0, steps > 0: about as many as the run will have
std::unique_ptr<Policy> pct(std::uint64_t seed, unsigned depth, std::uint64_t steps);

/// As pct(), but it is chains of causes that have priorities, not actors: who was made ready by the step of a
/// chain goes on with it. So a chain may run far ahead of all else, through however many actors. Source:
/// Ozkan, Majumdar, Niksic, Befrouei and Weissenbacher, "Randomized Testing of Distributed Systems with
/// Probabilistic Guarantees", OOPSLA 2018. @pre as pct()
std::unique_ptr<Policy> pct_of_chains(std::uint64_t seed, unsigned depth, std::uint64_t steps);

/// Who has been ready for longest: fair, and the same each time.
std::unique_ptr<Policy> longest_ready();

/// `first` for so many choices, and longest_ready() from then on: what it starved gets its turn.
std::unique_ptr<Policy> fair_tail(std::unique_ptr<Policy> first, std::uint64_t steps);

/// The choices of a schedule. One that can't be honoured is skipped, and after the last the actor runs that
/// has been ready for longest.
std::unique_ptr<Policy> recorded(const Schedule& schedule);

}  // namespace troupe::inline v0::sim

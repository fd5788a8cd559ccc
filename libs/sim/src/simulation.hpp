// The machinery of a Simulation.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <troupe/sim/simulation.hpp>

#include "monitors.hpp"

namespace troupe::inline v0::sim {

/// Steps as exhaustive search wants them: it chooses, and sees where each step begins in the history.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  /// Before each step, whether there is a choice or not. An index of `ready`.
  virtual std::size_t choose(const Ready& ready) = 0;
};

class Simulation::Impl final : public SchedulePolicy, private FaultSites {
 public:
  Impl(const SimulationOptions& options, Simulation& owner);
  ~Impl() override;

  // --- the driver -----------------------------------------------------------------------------------------
  bool step();
  bool step_of(ActorNumber actor);
  bool let_time_pass();
  void pass_time(std::chrono::nanoseconds duration);
  void advance(std::chrono::nanoseconds duration);
  void check_for_deadlock();
  /// Kills what lives, and ends the system: nothing of it is recorded. Without `kill`, as a system ends.
  void end(bool kill = true);
  /// All that has to hold after a step, and at the end of a run.
  void check_after_step();
  void check_at_end();

  // --- SchedulePolicy -------------------------------------------------------------------------------------
  Choice choose(const Runnables& ready) override;
  std::chrono::nanoseconds timer_delay(const ActorId& actor, std::chrono::nanoseconds delay) override;

  // --- FaultSites -----------------------------------------------------------------------------------------
  bool strikes(std::string_view site) noexcept override;

  /// The run has failed; the first failure counts.
  void failed(FailureKind kind, std::string sentence);
  [[noreturn]] void throw_failure() const { throw RunFailed(*failure_, sentence_); }
  std::string who_waits() const;
  std::string diagram() const;
  bool faults_strike() const { return !faults_ceased && steps < options.faults.cease_after_steps; }

  SimulationOptions options;
  History history;
  Schedule schedule;
  FaultRegistry registry;
  Monitors monitors;
  std::uint64_t steps = 0;
  bool faults_ceased = false;
  std::unordered_set<ActorNumber> spared;
  StepObserver* observer = nullptr;
  bool message_first = false;         ///< in the step that the observer has chosen
  std::optional<ActorNumber> wanted;  ///< whose step is next
  std::optional<DeterministicScheduler> scheduler;
  std::optional<System> system;
  Simulation* const previous;

 private:
  bool wants_time_to_pass();
  std::size_t pick(const Ready& ready);
  void meet_fate(const Runnables& ready, Choice& choice);
  Fate draw_fate(const Runnables& ready, std::size_t index, ActorNumber actor);
  std::optional<Strike> recorded_strike(ActorNumber actor, std::uint64_t message);
  void record_choice(Chosen chosen);
  void break_before(const Runnables& ready, std::size_t index) const;
  /// Fills only_ with those that aren't stalled.
  void leave_out_the_stalled(const Runnables& ready);
  void look_at_failures();
  void tell_if_wished();

  std::unique_ptr<Policy> own_policy_;
  Policy* policy_;
  Stream fault_draws_;
  std::optional<FailureKind> failure_;
  std::string sentence_;
  std::size_t looked_at_ = 0;  ///< events that were looked at for failures of handlers
  bool ending_ = false;
  std::uint64_t struck_ = 0;
  std::vector<Strike> strikes_left_;  ///< of a replay
  std::map<ActorNumber, std::uint64_t> timers_set_;
  std::map<ActorNumber, std::uint64_t> stalled_until_;
  std::vector<std::size_t> only_;
};

}  // namespace troupe::inline v0::sim

// Simulation: a system in one thread, on time that only it moves, with every choice drawn from a seed.
//
// Thread-safety: one thread makes it, drives it and ends it; a thread has one at a time.
// Invariants
//  1. The same program with the same options makes the same history, event by event.
//  2. Schedule, faults and each actor draw from streams of their own: a draw more in one shifts no other.
//  3. After a failure nothing runs any more: each attempt throws the same RunFailed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/deterministic_scheduler.hpp>
#include <troupe/options.hpp>
#include <troupe/sim/failure.hpp>
#include <troupe/sim/faults.hpp>
#include <troupe/sim/history.hpp>
#include <troupe/sim/policy.hpp>
#include <troupe/sim/schedule.hpp>
#include <troupe/system.hpp>

namespace troupe::inline v0::sim {

struct SimulationOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  std::uint64_t seed = 0;
  /// Of the actors' own random numbers, as SystemOptions::seed; nothing: from `seed`.
  std::optional<std::uint64_t> actors_seed = {};
  /// Null: a random walk from the seed. Must outlive the simulation.
  Policy* policy = nullptr;
  /// With these choices, crashes and kills, instead of a policy's and the faults' own. Null: none.
  const Schedule* replay = nullptr;
  FaultOptions faults = {};
  /// A run that goes on for longer has failed.
  std::uint64_t max_steps = 100'000;
  /// Of asks without `.within(d)`. By default they wait for ever, so that a deadlock shows as one.
  std::chrono::nanoseconds ask_deadline = std::chrono::nanoseconds::max();
  /// Whether an exception that leaves a handler, but for an injected crash, fails the run.
  bool handlers_may_throw = false;
  /// Whether somebody may still wait for an answer when nothing can happen any more.
  bool may_end_waiting = false;
  /// Null: nowhere.
  Log* log = nullptr;
  /// What else its system is to have. What this page names, and its clock, scheduler and tracer, count for
  /// nothing here.
  SystemOptions system = {};
};

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options = {});
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  /// Kills what is left.
  ~Simulation();

  /// The one of this thread; null: there is none.
  static Simulation* current() noexcept;

  System& system();
  template <class A, class... Args>
  Ref<A> spawn(const SpawnOptions& options, Args&&... args) {
    return system().spawn<A>(options, std::forward<Args>(args)...);
  }
  template <class A, class... Args>
  Ref<A> spawn(Args&&... args) {
    return system().spawn<A>(std::forward<Args>(args)...);
  }

  // --- driving it: all throw RunFailed
  // ----------------------------------------------------------------------
  /// One turn of one actor, or one blocking call. False: nothing is ready.
  bool step();
  /// Until nothing is ready; time stands still. Returns the number of steps.
  std::uint64_t run_until_idle();
  /// Runs, and lets time pass where nothing is ready, until the predicate holds. False: nothing was left.
  bool run_until(const std::function<bool()>& holds);
  /// Moves time forward, running what becomes due in its order, and then until idle.
  void advance(std::chrono::nanoseconds duration);
  /// To the end: until nothing is ready and no timer is armed. If somebody waits then, it is a deadlock.
  void run();
  /// Moves time forward, and sends what becomes due. No turn runs.
  void pass_time(std::chrono::nanoseconds duration);
  /// One step of this actor. False: it isn't ready, and nothing has run.
  bool step_of(ActorNumber actor);

  // --- what must hold
  // ---------------------------------------------------------------------------------------
  /// Fails the run unless the condition holds. From actors too. @throws RunFailed
  void check(bool condition, std::string_view sentence);
  [[noreturn]] void fail(std::string_view sentence);
  /// Holds after each step.
  void always(std::string sentence, std::function<bool()> holds);
  /// Holds at the end, and, once faults have ceased, again after `within_steps` steps at the most.
  void eventually(std::string sentence, std::function<bool()> holds, std::uint64_t within_steps);

  // --- faults
  // -----------------------------------------------------------------------------------------------
  FaultRegistry& faults();
  /// No fault strikes any more.
  void cease_faults();
  /// This actor is neither crashed, killed nor stalled.
  template <class A>
  void spare(Ref<A> actor) {
    spare_actor({actor.cell_address_(), actor.generation_()});
  }

  // --- what happened
  // ----------------------------------------------------------------------------------------
  const History& history() const;
  /// Writes a line into the history.
  void note(std::string_view line);
  /// What was chosen so far.
  const Schedule& schedule() const;
  std::uint64_t steps() const;
  std::uint64_t seed() const;
  SteadyTime now() const;
  /// Who waits for whom and for which message, a sentence each; empty: nobody.
  std::string who_waits() const;
  /// How the failure came to be, as a Mermaid sequence diagram; empty: the run has not failed. explore()
  /// writes it beside the schedule.
  std::string diagram() const;
  template <class A>
  ActorNumber number_of(Ref<A> actor) const {
    return history().number_of({actor.cell_address_(), actor.generation_()});
  }

  class Impl;
  Impl& impl_() noexcept { return *impl_pointer_; }

 private:
  void spare_actor(const ActorId& actor);

  std::unique_ptr<Impl> impl_pointer_;
};

}  // namespace troupe::inline v0::sim

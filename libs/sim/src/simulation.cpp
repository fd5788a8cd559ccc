#include "simulation.hpp"
#include <algorithm>
#include <cassert>
#include <csignal>

#include <troupe/detail/context.hpp>
#include <troupe/errors.hpp>

#include "diagram.hpp"
#include "environment.hpp"
#include "forbidden_calls.hpp"
#include "last_words.hpp"
#include "shared_run.hpp"
#include "waits.hpp"

namespace troupe::inline v0::sim {

namespace {

thread_local Simulation* current_simulation = nullptr;

/// Leaves the choice of an actor that isn't ready, before anything has been done.
struct NotReady {};

std::uint64_t schedule_seed(const SimulationOptions& options) {
  return options.replay ? options.replay->seed : options.seed;
}

}  // namespace

Simulation* Simulation::current() noexcept { return current_simulation; }

Simulation::Impl::Impl(const SimulationOptions& chosen, Simulation& owner)
    : options(chosen),
      registry(mix(schedule_seed(chosen), hash_text("fault points")), chosen.faults.point),
      previous(current_simulation),
      policy_(chosen.policy),
      fault_draws_(schedule_seed(chosen), "faults") {
  if (previous) {
    throw UsageError("a thread can't have two simulations at a time: end the first before the second begins");
  }
  options.seed = schedule_seed(chosen);
  schedule.seed = options.seed;
  if (options.replay) {
    own_policy_ = recorded(*options.replay);
    strikes_left_ = options.replay->strikes;
  } else if (!policy_) {
    own_policy_ = random_walk(options.seed);
  }
  if (own_policy_) policy_ = own_policy_.get();
  watch_for_forbidden_calls();
  scheduler.emplace(*this);
  history.switch_on();
  try {
    SystemOptions wanted_system = options.system;
    wanted_system.ask_deadline = options.ask_deadline;
    wanted_system.log = options.log ? options.log : &null_log();
    wanted_system.clock = nullptr;
    wanted_system.scheduler = &*scheduler;
    wanted_system.tracer = &history;
    wanted_system.seed = options.actors_seed.value_or(mix(options.seed, hash_text("actors")));
    system.emplace(wanted_system);
  } catch (...) {
    history.switch_off();
    throw;
  }
  current_simulation = &owner;
  detail::fault_sites = this;
  tell_if_wished();
}

Simulation::Impl::~Impl() { end(); }

void Simulation::Impl::end(bool kill) {
  if (!system) return;
  ending_ = kill;
  if (kill) history.switch_off();
  system.reset();
  history.switch_off();
  scheduler.reset();
  detail::fault_sites = nullptr;
  current_simulation = nullptr;
}

void Simulation::Impl::failed(FailureKind kind, std::string sentence) {
  if (failure_ || ending_) return;
  failure_ = kind;
  sentence_ = std::move(sentence);
}

void Simulation::Impl::look_at_failures() {
  const std::size_t count = history.size();
  if (options.handlers_may_throw) looked_at_ = count;
  for (; looked_at_ < count; ++looked_at_) {
    const Event& event = history[looked_at_];
    if (event.kind != EventKind::failure) continue;
    const std::string_view text = history.name(event.text);
    if (text.starts_with("troupe::sim::InjectedCrash") || text.starts_with("troupe::sim::RunFailed"))
      continue;
    failed(FailureKind::exception, history.describe(event.actor) + " failed on " +
                                       std::string(history.name(event.type)) + ": " + std::string(text));
  }
}

void Simulation::Impl::check_after_step() {
  if (!failure_) look_at_failures();
  if (!failure_) {
    if (auto finding = monitors.look(steps, options.faults.any() && faults_strike())) {
      failed(finding->kind, std::move(finding->sentence));
    }
  }
  if (failure_) throw_failure();
}

void Simulation::Impl::check_at_end() {
  check_after_step();
  if (auto finding = monitors.look_at_end()) {
    failed(finding->kind, std::move(finding->sentence));
    throw_failure();
  }
}

std::string Simulation::Impl::diagram() const {
  return failure_ ? diagram_of(history, history.size(), *failure_, sentence_) : std::string();
}

std::string Simulation::Impl::who_waits() const { return describe_waits(history, system->tree()); }

void Simulation::Impl::check_for_deadlock() {
  check_after_step();
  if (options.may_end_waiting) return;
  const std::string waits = who_waits();
  if (waits.empty()) return;
  failed(FailureKind::deadlock, "deadlock: no actor is ready and no timer is armed, but " + waits);
  throw_failure();
}

bool Simulation::Impl::step() {
  check_after_step();
  if (wants_time_to_pass() && scheduler->skip_to_next_timer()) record_choice(chosen_clock);
  const bool stepped = scheduler->step();
  if (!stepped) check_after_step();
  return stepped;
}

/// Whether the next timer fires now, although actors may be ready.
bool Simulation::Impl::wants_time_to_pass() {
  if (const std::optional<bool> decided = policy_->lets_time_pass()) return *decided;
  return options.faults.early_timers > 0 && faults_strike() &&
         fault_draws_.chance(options.faults.early_timers);
}

bool Simulation::Impl::step_of(ActorNumber actor) {
  check_after_step();
  wanted = actor;
  bool stepped = false;
  try {
    stepped = scheduler->step();
  } catch (const NotReady&) {
  } catch (...) {
    wanted.reset();
    throw;
  }
  wanted.reset();
  return stepped;
}

void Simulation::Impl::pass_time(std::chrono::nanoseconds duration) {
  check_after_step();
  const SteadyTime until = scheduler->clock().now() + duration;
  while (scheduler->next_timer() <= until) scheduler->skip_to_next_timer();
  // A scheduler without threads has no other clock than this.
  auto& clock = static_cast<ManualClock&>(scheduler->clock());
  if (clock.now() < until) clock.advance(until - clock.now());
}

bool Simulation::Impl::let_time_pass() {
  check_after_step();
  return scheduler->skip_to_next_timer();
}

void Simulation::Impl::record_choice(Chosen chosen) {
  schedule.choices.push_back(chosen);
  if (shared_run) shared_run->add_choice(chosen);
}

void Simulation::Impl::leave_out_the_stalled(const Runnables& ready) {
  only_.clear();
  if (stalled_until_.empty()) return;
  std::erase_if(stalled_until_, [&](const auto& one) { return one.second <= steps; });
  for (std::size_t i = 0; i < ready.size(); ++i) {
    const bool stalled = i < ready.actors() && stalled_until_.contains(history.number_of(ready.actor(i)));
    if (!stalled) only_.push_back(i);
  }
  // With nobody else to run, the stall is over.
  if (only_.size() == ready.size()) only_.clear();
}

std::size_t Simulation::Impl::pick(const Ready& ready) {
  if (observer) return observer->choose(ready);
  if (ready.size() == 1) return 0;
  const std::size_t index = policy_->choose(ready);
  assert(index < ready.size());
  return index;
}

std::optional<Strike> Simulation::Impl::recorded_strike(ActorNumber actor, std::uint64_t message) {
  const auto found = std::find_if(strikes_left_.begin(), strikes_left_.end(), [&](const Strike& one) {
    return one.actor == actor && one.message == message;
  });
  if (found == strikes_left_.end()) return std::nullopt;
  const Strike strike = *found;
  strikes_left_.erase(found);
  return strike;
}

Fate Simulation::Impl::draw_fate(const Runnables& ready, std::size_t index, ActorNumber actor) {
  const bool none = strikes_left_.empty() && options.faults.crash <= 0 && options.faults.kill <= 0;
  if (none || actor == 0 || ready.next_message(index).empty()) return Fate::turn;
  const std::uint64_t message = ready.handled(index) + 1;
  Fate fate = Fate::turn;
  if (options.replay) {
    if (const auto strike = recorded_strike(actor, message)) fate = strike->fate;
  } else if (faults_strike() && struck_ < options.faults.at_most && !spared.contains(actor)) {
    if (options.faults.crash > 0 && fault_draws_.chance(options.faults.crash)) {
      fate = Fate::crash;
    } else if (options.faults.kill > 0 && fault_draws_.chance(options.faults.kill)) {
      fate = Fate::kill;
    }
  }
  if (fate == Fate::turn) return fate;
  ++struck_;
  const Strike strike{actor, message, fate};
  schedule.strikes.push_back(strike);
  if (shared_run) shared_run->add_strike(strike);
  history.add({.kind = fate == Fate::crash ? EventKind::crash : EventKind::kill, .actor = actor});
  return fate;
}

void Simulation::Impl::break_before(const Runnables& ready, std::size_t index) const {
  const Environment& env = environment();
  if (env.break_message == 0 || index >= ready.actors() || ready.next_message(index).empty()) return;
  if (ready.handled(index) + 1 == env.break_message && ready.actor(index).path() == env.break_path) {
    std::raise(SIGTRAP);
  }
}

Choice Simulation::Impl::choose(const Runnables& ready) {
  // At the end whoever still runs is killed: nobody can keep the others from ending.
  if (ending_) return {.index = 0, .fate = Fate::kill};
  check_after_step();
  if (steps >= options.max_steps) {
    const std::string waits = who_waits();
    failed(FailureKind::out_of_steps,
           "the run did not end within " + std::to_string(options.max_steps) +
               " steps: actors keep each other busy for ever, or max_steps is too small for it" +
               (waits.empty() ? std::string() : "; meanwhile " + waits));
    throw_failure();
  }
  leave_out_the_stalled(ready);
  const Ready view(ready, history, only_);
  const std::optional<std::size_t> asked_for = wanted ? view.find(*wanted) : std::nullopt;
  if (wanted && !asked_for) throw NotReady{};
  const std::size_t picked = asked_for ? *asked_for : pick(view);
  const std::size_t index = view.runnable(picked);
  // One ready actor is no choice, nor is what the scenario asks for. A stall is one: a replay has none.
  if (ready.size() > 1 && !asked_for) record_choice(view[picked]);
  Choice choice{.index = index, .message_first = message_first};
  if (index < ready.actors()) meet_fate(ready, choice);
  ++steps;
  if (shared_run) shared_run->steps_begun = steps;
  tell_if_wished();
  return choice;
}

void Simulation::Impl::tell_if_wished() {
  if (shared_run && shared_run->tell_from_step == steps) [[unlikely]]
    tell_each_event(history, *shared_run);
}

/// What befalls the actor that was chosen.
void Simulation::Impl::meet_fate(const Runnables& ready, Choice& choice) {
  const std::size_t index = choice.index;
  const ActorNumber actor = history.number_of(ready.actor(index));
  if (options.faults.stall > 0 && actor != 0 && !options.replay && faults_strike() &&
      !spared.contains(actor) && fault_draws_.chance(options.faults.stall)) {
    history.add({.kind = EventKind::stall, .actor = actor});
    stalled_until_[actor] = steps + 1 + fault_draws_.below(options.faults.longest_stall_steps);
  }
  choice.fate = draw_fate(ready, index, actor);
  if (choice.fate == Fate::crash) choice.cause = std::make_exception_ptr(InjectedCrash());
  break_before(ready, index);
}

std::chrono::nanoseconds Simulation::Impl::timer_delay(const ActorId& id, std::chrono::nanoseconds delay) {
  if (options.faults.delay <= 0 || ending_ || !faults_strike()) return delay;
  const ActorNumber actor = history.number_of(id);
  // Of the actor and the timer alone, so that a replay with fewer choices has the same delays.
  const std::uint64_t draw = mix(mix(mix(options.seed, hash_text("delays")), actor), timers_set_[actor]++);
  if (Stream::unit(draw) >= options.faults.delay) return delay;
  const double share = Stream::unit(mix(draw, 1));
  return delay + std::chrono::nanoseconds(static_cast<std::int64_t>(
                     share * static_cast<double>(options.faults.longest_delay.count())));
}

bool Simulation::Impl::strikes(std::string_view site) noexcept {
  if (ending_ || !registry.visit(site, faults_strike())) return false;
  const detail::Cell* cell = detail::context.running->cell;
  const ActorId actor{const_cast<detail::Cell*>(cell), cell ? cell->gen.load(std::memory_order_relaxed) : 0};
  history.add(
      {.kind = EventKind::fault, .actor = history.number_of(actor), .text = history.number_of_name(site)});
  return true;
}

void Simulation::Impl::advance(std::chrono::nanoseconds duration) {
  check_after_step();
  scheduler->advance(duration);
  check_after_step();
}

// --- Simulation
// -----------------------------------------------------------------------------------------------

Simulation::Simulation(const SimulationOptions& options)
    : impl_pointer_(std::make_unique<Impl>(options, *this)) {}
Simulation::~Simulation() = default;

System& Simulation::system() { return *impl_pointer_->system; }
bool Simulation::step() { return impl_pointer_->step(); }
std::uint64_t Simulation::run_until_idle() {
  std::uint64_t count = 0;
  while (step()) ++count;
  return count;
}
bool Simulation::run_until(const std::function<bool()>& holds) {
  while (!holds()) {
    if (!step() && !impl_pointer_->let_time_pass()) return false;
  }
  return true;
}
void Simulation::advance(std::chrono::nanoseconds duration) { impl_pointer_->advance(duration); }
void Simulation::run() {
  while (step() || impl_pointer_->let_time_pass()) {
  }
  impl_pointer_->check_for_deadlock();
}
bool Simulation::step_of(ActorNumber actor) { return impl_pointer_->step_of(actor); }
void Simulation::pass_time(std::chrono::nanoseconds duration) { impl_pointer_->pass_time(duration); }

void Simulation::check(bool condition, std::string_view sentence) {
  if (condition) return;
  impl_pointer_->failed(FailureKind::check, std::string(sentence));
  impl_pointer_->throw_failure();
}
void Simulation::fail(std::string_view sentence) {
  check(false, sentence);
  std::abort();
}
void Simulation::always(std::string sentence, std::function<bool()> holds) {
  impl_pointer_->monitors.always(std::move(sentence), std::move(holds));
}
void Simulation::eventually(std::string sentence, std::function<bool()> holds, std::uint64_t within_steps) {
  impl_pointer_->monitors.eventually(std::move(sentence), std::move(holds), within_steps);
}

FaultRegistry& Simulation::faults() { return impl_pointer_->registry; }
void Simulation::cease_faults() { impl_pointer_->faults_ceased = true; }
void Simulation::spare_actor(const ActorId& actor) {
  impl_pointer_->spared.insert(impl_pointer_->history.number_of(actor));
}

const History& Simulation::history() const { return impl_pointer_->history; }
void Simulation::note(std::string_view line) {
  History& history = impl_pointer_->history;
  history.add({.kind = EventKind::note, .text = history.number_of_name(line)});
}
const Schedule& Simulation::schedule() const { return impl_pointer_->schedule; }
std::uint64_t Simulation::steps() const { return impl_pointer_->steps; }
std::uint64_t Simulation::seed() const { return impl_pointer_->options.seed; }
SteadyTime Simulation::now() const { return impl_pointer_->system->now(); }
std::string Simulation::who_waits() const { return impl_pointer_->who_waits(); }
std::string Simulation::diagram() const { return impl_pointer_->diagram(); }

}  // namespace troupe::inline v0::sim

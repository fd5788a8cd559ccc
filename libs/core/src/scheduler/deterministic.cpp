#include "scheduler/deterministic.hpp"
#include <optional>
#include <string>
#include <utility>

#include <troupe/blocking.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/detail/ref_services.hpp>
#include <troupe/errors.hpp>

#include "deadlock/rest.hpp"
#include "system/runtime.hpp"
#include "turns/next_letter.hpp"
#include "turns/run_cell.hpp"

namespace troupe::inline v0 {

DeterministicScheduler::DeterministicScheduler(std::uint64_t seed) : impl_pointer_(new Impl(seed)) {}
DeterministicScheduler::DeterministicScheduler(SchedulePolicy& policy) : impl_pointer_(new Impl(policy)) {}
DeterministicScheduler::~DeterministicScheduler() { delete impl_pointer_; }
bool DeterministicScheduler::step() { return impl_pointer_->step(); }
std::uint64_t DeterministicScheduler::run_until_idle() {
  std::uint64_t steps = 0;
  while (impl_pointer_->step()) ++steps;
  return steps;
}
void DeterministicScheduler::advance(std::chrono::nanoseconds duration) { impl_pointer_->advance(duration); }
bool DeterministicScheduler::skip_to_next_timer() {
  return impl_pointer_->skip_to_next_timer(SteadyTime::max());
}
Clock& DeterministicScheduler::clock() noexcept { return impl_pointer_->clock(); }
std::uint64_t DeterministicScheduler::seed() const noexcept { return impl_pointer_->seed(); }
detail::Driver& DeterministicScheduler::driver_() noexcept { return *impl_pointer_; }

SteadyTime DeterministicScheduler::next_timer() { return impl_pointer_->next_timer(); }

ActorId Runnables::actor(std::size_t index) const noexcept {
  detail::Cell* cell = actors_[index];
  return {cell, cell->gen.load(std::memory_order_relaxed)};
}
std::string_view Runnables::next_message(std::size_t index) const noexcept {
  const detail::Envelope* letter = detail::next_letter(*actors_[index]);
  return letter ? letter->ops->message : std::string_view();
}
const detail::Envelope* Runnables::next_letter_(const ActorId& actor) noexcept {
  return actor && actor.cell->is(actor.generation) ? detail::next_letter(*actor.cell) : nullptr;
}
bool Runnables::bring_forward_(const ActorId& actor,
                               const std::function<bool(const detail::Envelope&)>& is_wanted) {
  return actor && actor.cell->is(actor.generation) && detail::bring_forward(*actor.cell, is_wanted);
}
std::uint64_t Runnables::handled(std::size_t index) const noexcept {
  return actors_[index]->handled.load(std::memory_order_relaxed);
}

DeterministicScheduler::Impl::Impl(std::uint64_t seed)
    : Group(nullptr), seed_(seed), random_(seed), policy_(random_) {}
DeterministicScheduler::Impl::Impl(SchedulePolicy& policy) : Group(nullptr), random_(0), policy_(policy) {}

void DeterministicScheduler::Impl::attach(detail::Runtime& runtime) {
  if (attached_)
    throw UsageError("a DeterministicScheduler serves one System at a time: end the other one first");
  attached_ = true;
  runtime_ = &runtime;
}

void DeterministicScheduler::Impl::detach() {
  while (!jobs_.empty()) {
    // Whoever wanted the result is gone; the call was promised to happen.
    detail::Job* job = jobs_.back();
    jobs_.pop_back();
    job->run();
    delete job;
  }
  attached_ = false;
}

void DeterministicScheduler::Impl::submit(detail::Cell& cell) { ready_.push_back(&cell); }
void DeterministicScheduler::Impl::submit_job(detail::Job* job) { jobs_.push_back(job); }

bool DeterministicScheduler::Impl::step() {
  if (ready_.empty() && jobs_.empty()) return false;
  const Runnables runnables(ready_, jobs_.size());
  const Choice choice = policy_.choose(runnables);
  if (choice.index >= runnables.size()) {
    throw UsageError("a schedule policy chose number " + std::to_string(choice.index) + " of " +
                     std::to_string(runnables.size()) + " that can run: it must choose one that is there");
  }
  if (choice.index < ready_.size()) {
    run_actor(choice.index, choice);
  } else {
    run_job(choice.index - ready_.size());
  }
  return true;
}

namespace {

/// False: the token is given away.
bool run_step(detail::Cell& cell, const Choice& choice) {
  if (!cell.lanes.has_signal()) return detail::run_cell(cell, 1);
  return choice.message_first && detail::has_message(cell) ? detail::run_message(cell)
                                                           : detail::run_waiting_signals(cell);
}

}  // namespace

void DeterministicScheduler::Impl::run_actor(std::size_t index, const Choice& choice) {
  const detail::RunnerScope scope;
  detail::Cell* cell = ready_[index];
  ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(index));
  const bool is_root = cell->parent == nullptr;
  const bool is_born = cell->condition.is_born();  // else it is still under construction
  if (is_root || !is_born) {
    // What befalls the root would befall the system: its end is shutdown()'s business.
  } else if (choice.fate == Fate::kill) {
    detail::send_kill(*cell, cell->gen.load(std::memory_order_relaxed));
  } else if (choice.fate == Fate::crash) {
    detail::crash_next(*cell, choice.cause);
  }
  // Signals are a step of their own: what comes between them and the next message is a choice.
  if (!run_step(*cell, choice)) return;
  // With nothing left to handle it rests in the same step: there is nothing to choose in that.
  if (!detail::has_work(*cell) && !detail::run_cell(*cell, 1)) return;
  ready_.push_back(cell);
}

void DeterministicScheduler::Impl::run_job(std::size_t index) {
  detail::Job* job = jobs_[index];
  jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(index));
  const detail::ThreadWorks scope;
  job->run();
  delete job;
}

std::chrono::nanoseconds DeterministicScheduler::Impl::timer_delay(detail::Cell& cell,
                                                                   std::chrono::nanoseconds delay) {
  return policy_.timer_delay({&cell, cell.gen.load(std::memory_order_relaxed)}, delay);
}

SteadyTime DeterministicScheduler::Impl::next_timer() {
  const auto due = attached_ ? runtime().timers().next_due() : std::nullopt;
  return due ? *due : SteadyTime::max();
}

bool DeterministicScheduler::Impl::skip_to_next_timer(SteadyTime at_most) {
  if (!attached_) return false;
  const auto now = clock_.now();
  const auto due = runtime().timers().next_due();
  if (!due) return false;
  if (*due > at_most) {
    if (at_most > now) clock_.advance(at_most - now);
    return false;
  }
  clock_.advance(*due > now ? *due - now : std::chrono::nanoseconds(0));
  return true;
}

void DeterministicScheduler::Impl::advance(std::chrono::nanoseconds duration) {
  const auto until = clock_.now() + duration;
  for (;;) {
    while (step()) {
    }
    const auto due = attached_ ? runtime().timers().next_due() : std::nullopt;
    if (!due || *due > until) break;
    if (*due > clock_.now()) {
      clock_.advance(*due - clock_.now());
    } else {
      runtime().timers().fire_due();
    }
  }
  clock_.advance(until - clock_.now());
  while (step()) {
  }
}

}  // namespace troupe::inline v0

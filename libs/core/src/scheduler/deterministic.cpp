#include "scheduler/deterministic.hpp"
#include <optional>
#include <utility>

#include <troupe/blocking.hpp>

#include "system/runtime.hpp"
#include "turns/run_cell.hpp"

namespace troupe::inline v0 {

DeterministicScheduler::DeterministicScheduler(std::uint64_t seed) : impl_pointer_(new Impl(seed)) {}
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

DeterministicScheduler::Impl::Impl(std::uint64_t seed) : Group(nullptr), seed_(seed), random_(seed) {}

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
  const std::size_t choices = ready_.size() + jobs_.size();
  if (choices == 0) return false;
  const std::size_t choice = random_.next() % choices;
  if (choice < ready_.size()) {
    detail::Cell* cell = std::exchange(ready_[choice], ready_.back());
    ready_.pop_back();
    if (detail::run_cell(*cell, 1)) ready_.push_back(cell);
  } else {
    detail::Job* job = std::exchange(jobs_[choice - ready_.size()], jobs_.back());
    jobs_.pop_back();
    job->run();
    delete job;
  }
  return true;
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

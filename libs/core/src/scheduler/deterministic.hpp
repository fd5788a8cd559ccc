// The single-threaded scheduler behind DeterministicScheduler.
#pragma once

#include <cstdint>
#include <vector>

#include <troupe/deterministic_scheduler.hpp>
#include <troupe/ports/schedule_policy.hpp>

#include "scheduler/driver.hpp"
#include "scheduler/group.hpp"
#include "system/split_mix.hpp"

namespace troupe::inline v0 {

namespace detail {

/// Each of the runnable ones with the same probability; asks run in place.
class RandomPolicy final : public SchedulePolicy {
 public:
  explicit RandomPolicy(std::uint64_t seed) : random_(seed) {}
  Choice choose(const Runnables& ready) override { return {.index = random_.next() % ready.size()}; }
  bool inline_asks() const override { return true; }

 private:
  SplitMix random_;
};

}  // namespace detail

class DeterministicScheduler::Impl final : public detail::Driver, public detail::Group {
 public:
  explicit Impl(std::uint64_t seed);
  explicit Impl(SchedulePolicy& policy);

  bool step() override;
  bool skip_to_next_timer(SteadyTime at_most) override;
  void submit_job(detail::Job* job) override;
  std::chrono::nanoseconds timer_delay(detail::Cell& cell, std::chrono::nanoseconds delay) override;
  bool inline_asks() const override { return policy_.inline_asks(); }
  void submit(detail::Cell& cell) override;
  detail::Group& group() override { return *this; }
  ManualClock& clock() override { return clock_; }
  void attach(detail::Runtime& runtime) override;
  void detach() override;

  void advance(std::chrono::nanoseconds duration);
  std::uint64_t seed() const { return seed_; }
  SteadyTime next_timer();

 private:
  void run_actor(std::size_t index, const Choice& choice);
  void run_job(std::size_t index);

  std::uint64_t seed_ = 0;
  detail::RandomPolicy random_;
  SchedulePolicy& policy_;
  ManualClock clock_;
  bool attached_ = false;
  std::vector<detail::Cell*> ready_;
  std::vector<detail::Job*> jobs_;
};

}  // namespace troupe::inline v0

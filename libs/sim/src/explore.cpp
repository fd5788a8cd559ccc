#include <algorithm>
#include <cstdio>
#include <deque>
#include <thread>
#include <vector>

#include <poll.h>

#include <troupe/sim/explore.hpp>

#include "child.hpp"
#include "environment.hpp"
#include "report.hpp"
#include "run.hpp"

namespace troupe::inline v0::sim {

namespace {

using Time = std::chrono::steady_clock::time_point;

Time end_of(std::chrono::nanoseconds budget) {
  const Time now = std::chrono::steady_clock::now();
  return budget < Time::max() - now ? now + budget : Time::max();
}

/// The run of one index, and its second one where it is due. In a child.
std::optional<Failure> run_one(const ExploreOptions& options, const Scenario& scenario, std::uint64_t index,
                               SharedRun& shared) {
  const std::uint64_t seed = mix(options.seed, index);
  const std::uint64_t depth = shared.longest.load(std::memory_order_relaxed);
  shared.begin(index, seed, depth);
  const Plan plan = plan_of(options, seed, depth);
  Simulation first(plan.options);
  std::optional<Failure> failure = run_scenario(first, scenario, options.failed);
  shared.finish(first.steps(), first.schedule().choices.size());
  if (failure || options.twice_every == 0 || index % options.twice_every != 0) return failure;
  perturb_heap(seed);
  shared.begin(index, seed, depth);
  const Plan again = plan_of(options, seed, depth);
  Simulation second(again.options);
  const auto second_failure = run_scenario(second, scenario, options.failed);
  if (auto difference = compare(first, second)) return difference;
  return second_failure;
}

void run_batch(const ExploreOptions& options, const Scenario& scenario, std::uint64_t first,
               std::uint64_t last, Time end, SharedRun& shared) {
  for (std::uint64_t index = first; index < last && std::chrono::steady_clock::now() < end; ++index) {
    if (const auto failure = run_one(options, scenario, index, shared)) {
      return shared.fail(*failure);
    }
  }
}

/// The parent: keeps all children busy until the budget is spent, or one of them has found a failure.
class Exploring {
 public:
  Exploring(const ExploreOptions& options, const Scenario& scenario)
      : options_(options), scenario_(scenario), end_(end_of(options.time)) {
    const unsigned processors = std::max(1u, std::thread::hardware_concurrency());
    const std::uint64_t batches = (options.schedules + batch() - 1) / batch();
    const std::uint64_t wanted = options.processes == 0 ? processors : options.processes;
    for (std::uint64_t i = 0; i < std::min(wanted, batches); ++i) children_.emplace_back();
  }

  Exploration run() {
    while (!failure_ && (start_batches() || some_run())) await_one();
    for (Child& child : children_) child.kill();
    return result();
  }

 private:
  std::uint64_t batch() const { return std::max<std::uint64_t>(options_.batch, 1); }
  bool some_run() const {
    return std::any_of(children_.begin(), children_.end(), [](const Child& child) { return child.runs(); });
  }

  bool start_batches() {
    bool started = false;
    for (Child& child : children_) {
      if (child.runs() || next_ >= options_.schedules || std::chrono::steady_clock::now() >= end_) continue;
      const std::uint64_t first = next_;
      next_ = std::min(next_ + batch(), options_.schedules);
      child.start([this, first, last = next_](SharedRun& shared) {
        run_batch(options_, scenario_, first, last, end_, shared);
      });
      started = true;
    }
    return started;
  }

  void await_one() {
    std::vector<pollfd> waited;
    std::vector<Child*> who;
    for (Child& child : children_) {
      if (!child.runs()) continue;
      waited.push_back({child.ended(), POLLIN, 0});
      who.push_back(&child);
    }
    constexpr int progress_ms = 1000;
    if (::poll(waited.data(), waited.size(), options_.progress ? progress_ms : -1) == 0) tell_progress();
    for (std::size_t i = 0; i < waited.size(); ++i) {
      if (waited[i].revents != 0) take_result(*who[i]);
    }
  }

  void take_result(Child& child) {
    const auto ended = child.wait();
    SharedRun& shared = child.shared();
    if (failure_) return;
    if (shared.failed.load(std::memory_order_acquire)) {
      failure_ = shared.failure();
    } else if (ended) {
      failure_ = Failure{
          .kind = FailureKind::aborted,
          .sentence = *ended + " in schedule " + std::to_string(shared.index.load(std::memory_order_relaxed)),
          .schedule = shared.schedule(),
          .history = {},
          .command = {}};
    }
  }

  Exploration result() {
    Exploration result;
    for (Child& child : children_) {
      result.schedules += child.shared().finished.load(std::memory_order_relaxed);
      result.steps += child.shared().steps.load(std::memory_order_relaxed);
    }
    result.failure = std::move(failure_);
    return result;
  }

  void tell_progress() {
    const Exploration so_far = [&] {
      Exploration sum;
      for (Child& child : children_) {
        sum.schedules += child.shared().finished.load(std::memory_order_relaxed);
        sum.steps += child.shared().steps.load(std::memory_order_relaxed);
      }
      return sum;
    }();
    std::fprintf(stderr, "simulation '%.*s': %llu schedules, %llu steps\n",
                 static_cast<int>(options_.name.size()), options_.name.data(),
                 static_cast<unsigned long long>(so_far.schedules),
                 static_cast<unsigned long long>(so_far.steps));
  }

  const ExploreOptions& options_;
  const Scenario& scenario_;
  Time end_;
  std::deque<Child> children_;
  std::uint64_t next_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace

Exploration explore(const ExploreOptions& options, const Scenario& scenario) {
  if (environment().replays()) return repeat_as_wished(options, scenario);
  Exploration result = Exploring(options, scenario).run();
  settle_failure(options, scenario, result);
  return result;
}

}  // namespace troupe::inline v0::sim

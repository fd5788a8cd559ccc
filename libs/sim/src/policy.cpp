#include <algorithm>
#include <cassert>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <troupe/sim/policy.hpp>
#include <troupe/sim/random.hpp>

namespace troupe::inline v0::sim {

Chosen Ready::operator[](std::size_t index) const noexcept {
  const std::size_t at = runnable(index);
  if (at >= runnables_.actors()) return chosen_call(static_cast<std::uint32_t>(at - runnables_.actors()));
  return history_.number_of(runnables_.actor(at));
}

std::string_view Ready::next_message(std::size_t index) const noexcept {
  const std::size_t at = runnable(index);
  return at < runnables_.actors() ? runnables_.next_message(at) : std::string_view();
}

std::optional<std::size_t> Ready::find(Chosen chosen) const noexcept {
  for (std::size_t i = 0; i < size(); ++i) {
    if ((*this)[i] == chosen) return i;
  }
  return std::nullopt;
}

namespace {

class RandomWalk final : public Policy {
 public:
  explicit RandomWalk(std::uint64_t seed) : random_(seed, "random walk") {}
  std::size_t choose(const Ready& ready) override { return random_.below(ready.size()); }

 private:
  Stream random_;
};

/// What has a priority: an actor, or a chain.
using Thread = std::uint64_t;

/// Priorities, and the steps at which the highest falls below all others.
class Priorities {
 public:
  Priorities(std::uint64_t seed, std::string_view name, unsigned depth, std::uint64_t steps)
      : random_(seed, name) {
    assert(depth > 0 && steps > 0);
    for (unsigned i = 1; i < depth; ++i) changes_.emplace_back(random_.below(steps), i);
    std::sort(changes_.begin(), changes_.end());
  }

  /// The first of those with the highest priority.
  std::size_t choose(std::span<const Thread> ready) {
    std::size_t best = highest(ready);
    for (; next_change_ < changes_.size() && changes_[next_change_].first <= step_; ++next_change_) {
      priorities_[ready[best]] = changes_[next_change_].second;
      best = highest(ready);
    }
    ++step_;
    return best;
  }

 private:
  // Below it are the priorities of the change points.
  static constexpr std::uint64_t lowest_initial = std::uint64_t{1} << 32;

  std::size_t highest(std::span<const Thread> ready) {
    std::size_t best = 0;
    std::uint64_t best_priority = 0;
    for (std::size_t i = 0; i < ready.size(); ++i) {
      const std::uint64_t priority = priority_of(ready[i]);
      if (priority > best_priority) {
        best = i;
        best_priority = priority;
      }
    }
    return best;
  }
  std::uint64_t priority_of(Thread who) {
    const auto [found, is_new] = priorities_.try_emplace(who, 0u);
    if (is_new) found->second = lowest_initial | random_.next();
    return found->second;
  }

  Stream random_;
  std::unordered_map<Thread, std::uint64_t> priorities_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> changes_;  ///< step, priority; in order
  std::size_t next_change_ = 0;
  std::uint64_t step_ = 0;
};

class Pct final : public Policy {
 public:
  Pct(std::uint64_t seed, unsigned depth, std::uint64_t steps) : priorities_(seed, "pct", depth, steps) {}
  std::size_t choose(const Ready& ready) override {
    actors_.clear();
    for (std::size_t i = 0; i < ready.size(); ++i) actors_.push_back(ready[i]);
    return priorities_.choose(actors_);
  }

 private:
  Priorities priorities_;
  std::vector<Thread> actors_;
};

class PctOfChains final : public Policy {
 public:
  PctOfChains(std::uint64_t seed, unsigned depth, std::uint64_t steps)
      : priorities_(seed, "pct of chains", depth, steps) {}

  std::size_t choose(const Ready& ready) override {
    std::unordered_map<Chosen, Thread> now;
    chains_.clear();
    // The chain of the last step goes on where the one who made it does, else with the first that it made
    // ready.
    bool goes_on = chain_of_.contains(last_) && ready.find(last_).has_value();
    for (std::size_t i = 0; i < ready.size(); ++i) {
      const auto known = chain_of_.find(ready[i]);
      Thread chain = 0;
      if (known != chain_of_.end()) {
        chain = known->second;
      } else if (last_chain_ != 0 && !goes_on) {
        chain = last_chain_;
        goes_on = true;
      } else {
        chain = ++newest_chain_;
      }
      now.emplace(ready[i], chain);
      chains_.push_back(chain);
    }
    chain_of_ = std::move(now);
    const std::size_t chosen = priorities_.choose(chains_);
    last_ = ready[chosen];
    last_chain_ = chains_[chosen];
    return chosen;
  }

 private:
  Priorities priorities_;
  std::unordered_map<Chosen, Thread> chain_of_;  ///< of those that were ready at the last choice
  std::vector<Thread> chains_;
  Thread newest_chain_ = 0;
  Thread last_chain_ = 0;
  Chosen last_ = 0;
};

class LongestReady final : public Policy {
 public:
  std::size_t choose(const Ready&) override { return 0; }
};

class FairTail final : public Policy {
 public:
  FairTail(std::unique_ptr<Policy> first, std::uint64_t steps) : first_(std::move(first)), left_(steps) {}
  std::size_t choose(const Ready& ready) override {
    if (left_ == 0) return 0;
    --left_;
    return first_->choose(ready);
  }
  std::optional<bool> lets_time_pass() override {
    return left_ == 0 ? std::nullopt : first_->lets_time_pass();
  }

 private:
  std::unique_ptr<Policy> first_;
  std::uint64_t left_;
};

class Recorded final : public Policy {
 public:
  explicit Recorded(const Schedule& schedule) : choices_(schedule.choices) {}
  std::size_t choose(const Ready& ready) override {
    while (next_ < choices_.size()) {
      if (const auto found = ready.find(choices_[next_++])) return *found;
    }
    return 0;
  }
  std::optional<bool> lets_time_pass() override {
    const bool passes = next_ < choices_.size() && choices_[next_] == chosen_clock;
    if (passes) ++next_;
    return passes;
  }

 private:
  std::vector<Chosen> choices_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Policy> random_walk(std::uint64_t seed) { return std::make_unique<RandomWalk>(seed); }
std::unique_ptr<Policy> pct(std::uint64_t seed, unsigned depth, std::uint64_t steps) {
  return std::make_unique<Pct>(seed, depth, steps);
}
std::unique_ptr<Policy> pct_of_chains(std::uint64_t seed, unsigned depth, std::uint64_t steps) {
  return std::make_unique<PctOfChains>(seed, depth, steps);
}
std::unique_ptr<Policy> longest_ready() { return std::make_unique<LongestReady>(); }
std::unique_ptr<Policy> fair_tail(std::unique_ptr<Policy> first, std::uint64_t steps) {
  return std::make_unique<FairTail>(std::move(first), steps);
}
std::unique_ptr<Policy> recorded(const Schedule& schedule) { return std::make_unique<Recorded>(schedule); }

}  // namespace troupe::inline v0::sim

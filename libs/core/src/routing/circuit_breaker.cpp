#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <troupe/circuit_breaker.hpp>

#include "supervision/backoff.hpp"
#include "system/runtime.hpp"
#include "system/split_mix.hpp"

namespace troupe::inline v0 {

std::string_view to_string(CircuitState state) noexcept {
  switch (state) {
    case CircuitState::closed:
      return "closed";
    case CircuitState::open:
      return "open";
    case CircuitState::half_open:
      return "half-open";
  }
  return "unknown";
}

namespace detail {

/// What the copies of a breaker share. An outcome counts in the epoch in which it was let through: each
/// change of the state begins another.
class Circuit {
 public:
  Circuit(const System& system, const CircuitOptions& options)
      : system_(system),
        options_(options),
        name_(options.name),
        random_(system.runtime_().seed() ^ std::hash<std::string_view>()(options.name)) {
    options_.name = name_;
    if (options.failures == 0 || options.probes == 0 || options.successes == 0)
      throw UsageError("the circuit breaker '" + name_ +
                       "' could never change its state: set failures, probes and successes to 1 or more");
  }

  std::optional<AskError> admit(Permit& permit) {
    const std::lock_guard lock(mutex_);
    if (state_ == CircuitState::open) {
      const Duration left = until_ - system_.now();
      if (left > left.zero()) return refuse(left);
      change(CircuitState::half_open, {});
    }
    if (state_ == CircuitState::half_open) {
      if (under_way_ == options_.probes) return refuse(Duration::zero());
      ++under_way_;
    }
    permit.epoch = epoch_;
    return std::nullopt;
  }

  void settle(Permit& permit, const AskError* error) {
    const std::uint64_t epoch = std::exchange(permit.epoch, 0);
    const std::lock_guard lock(mutex_);
    if (epoch != epoch_) return;
    if (state_ == CircuitState::half_open) --under_way_;
    if (error && (!options_.counts || options_.counts(*error))) {
      if (state_ == CircuitState::half_open || ++failures_ == options_.failures) open(*error);
    } else if (state_ == CircuitState::closed) {
      failures_ = 0;
    } else if (++successes_ == options_.successes) {
      opened_ = 0;
      change(CircuitState::closed, {});
    }
  }

  void abandon(Permit& permit) {
    const std::uint64_t epoch = std::exchange(permit.epoch, 0);
    const std::lock_guard lock(mutex_);
    if (epoch == epoch_ && state_ == CircuitState::half_open) --under_way_;
  }

  CircuitState state() {
    const std::lock_guard lock(mutex_);
    return state_ == CircuitState::open && system_.now() >= until_ ? CircuitState::half_open : state_;
  }

  void subscribe(Recipient<CircuitEvent> subscriber) {
    const std::lock_guard lock(mutex_);
    subscribers_.push_back(subscriber);
  }

  // relaxed: whoever shares it has it from somebody who does.
  void share() { owners_.fetch_add(1, std::memory_order_relaxed); }
  /// True: nobody shares it any more.
  bool leave() {
    // acq_rel: release what was done here, and the last one acquires it, before it destroys the circuit.
    return owners_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

 private:
  void open(const AskError& error) {
    cause_ = error.what();
    const Duration wait = backoff_delay(options_.open_for, opened_++, random_.next());
    until_ = system_.now() + wait;
    change(CircuitState::open, wait);
  }

  /// Under the lock, so that the events are sent in the order of the changes.
  void change(CircuitState to, Duration open_for) {
    const CircuitState from = std::exchange(state_, to);
    ++epoch_;
    failures_ = successes_ = under_way_ = 0;
    std::erase_if(subscribers_, [](const auto& one) { return !one.alive(); });
    const CircuitEvent event{name_, from, to, open_for, to == CircuitState::open ? cause_ : std::string()};
    for (const auto& one : subscribers_) one.tell<CircuitEvent>(event);
  }

  AskError refuse(Duration left) const {
    std::string text =
        "the circuit '" + name_ + "' is " + std::string(to_string(state_)) + ": " +
        (left > left.zero() ? "asks are let through again in " + std::to_string(left.count()) + " ns"
                            : "as many asks as may probe it are under way") +
        "; it opened since " + cause_;
    const CircuitOpen why(text, left);
    return {Reason::circuit_open, text, std::make_exception_ptr(why)};
  }

  const System& system_;
  CircuitOptions options_;
  const std::string name_;
  std::atomic<std::uint32_t> owners_{1};

  std::mutex mutex_;
  // --- under the lock
  SplitMix random_;
  CircuitState state_ = CircuitState::closed;
  std::uint64_t epoch_ = 1;
  unsigned failures_ = 0;     ///< closed: in a row
  unsigned successes_ = 0;    ///< half-open
  unsigned under_way_ = 0;    ///< half-open
  std::uint32_t opened_ = 0;  ///< since it was closed last
  SteadyTime until_{};        ///< open
  std::string cause_;         ///< the failure that opened it last
  std::vector<Recipient<CircuitEvent>> subscribers_;
};

CircuitHandle::CircuitHandle(const CircuitHandle& other) noexcept : circuit_(other.circuit_) {
  circuit_->share();
}
CircuitHandle& CircuitHandle::operator=(const CircuitHandle& other) noexcept {
  CircuitHandle copy(other);
  std::swap(circuit_, copy.circuit_);
  return *this;
}
CircuitHandle::~CircuitHandle() {
  if (circuit_->leave()) delete circuit_;
}

std::optional<AskError> CircuitHandle::admit(Permit& permit) const { return circuit_->admit(permit); }
void CircuitHandle::settle(Permit& permit, const AskError* error) const noexcept {
  if (permit.epoch != 0) circuit_->settle(permit, error);
}
void CircuitHandle::abandon(Permit& permit) const noexcept {
  if (permit.epoch != 0) circuit_->abandon(permit);
}

}  // namespace detail

CircuitBreaker::CircuitBreaker(const System& system, const CircuitOptions& options)
    : circuit_(new detail::Circuit(system, options)) {}

CircuitState CircuitBreaker::state() const { return (*circuit_).state(); }
void CircuitBreaker::subscribe(Recipient<CircuitEvent> subscriber) const {
  (*circuit_).subscribe(subscriber);
}

}  // namespace troupe::inline v0

#include <algorithm>
#include <chrono>
#include <mutex>
#include <vector>

#include <troupe/ports/clock.hpp>

namespace troupe::inline v0 {

namespace {
class SystemClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
  WallTime wall() const override { return std::chrono::system_clock::now(); }
};
}  // namespace

Clock& system_clock() noexcept {
  static auto* clock = new SystemClock;
  return *clock;
}

struct ManualClock::State {
  mutable std::mutex mutex;
  SteadyTime now{};
  WallTime wall;
  std::recursive_mutex listeners_mutex;  // held while they are told: remove_listener() waits for that
  std::vector<Listener*> listeners;
};

ManualClock::ManualClock(WallTime start) : state_(new State) { state_->wall = start; }
ManualClock::~ManualClock() { delete state_; }

SteadyTime ManualClock::now() const {
  const std::lock_guard lock(state_->mutex);
  return state_->now;
}
WallTime ManualClock::wall() const {
  const std::lock_guard lock(state_->mutex);
  return state_->wall;
}
void ManualClock::add_listener(Listener& listener) {
  const std::lock_guard lock(state_->listeners_mutex);
  state_->listeners.push_back(&listener);
}
void ManualClock::remove_listener(Listener& listener) {
  const std::lock_guard lock(state_->listeners_mutex);
  std::erase(state_->listeners, &listener);
}
void ManualClock::advance(std::chrono::nanoseconds step) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->now += step;
    state_->wall += step;
  }
  const std::lock_guard lock(state_->listeners_mutex);
  for (Listener* listener : state_->listeners) listener->clock_moved();
}

}  // namespace troupe::inline v0

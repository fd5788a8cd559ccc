#include "deadlock/deadlock_events.hpp"

namespace troupe::inline v0::detail {

void DeadlockEvents::publish(const Deadlock& deadlock) {
  std::vector<Recipient<Deadlock>> receivers;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(subscribers_, [](const auto& one) { return !one.alive(); });
    receivers = subscribers_;
  }
  for (const auto& receiver : receivers) receiver.tell<Deadlock>(deadlock);
}

void DeadlockEvents::subscribe(Recipient<Deadlock> subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(subscriber);
}

void DeadlockEvents::end() {
  const std::lock_guard lock(mutex_);
  subscribers_.clear();
}

}  // namespace troupe::inline v0::detail

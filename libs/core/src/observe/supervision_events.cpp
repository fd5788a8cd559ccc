#include "observe/supervision_events.hpp"

#include "observe/describe.hpp"

namespace troupe::inline v0 {

std::string_view to_string(SupervisionKind kind) noexcept {
  switch (kind) {
    case SupervisionKind::failed:
      return "failed";
    case SupervisionKind::resumed:
      return "resumed";
    case SupervisionKind::restarted:
      return "restarted";
    case SupervisionKind::stopped:
      return "stopped";
    case SupervisionKind::escalated:
      return "escalated";
    case SupervisionKind::quarantined:
      return "quarantined";
  }
  return "unknown";
}

namespace detail {

void SupervisionEvents::publish(Cell& cell, SupervisionKind kind, std::string_view message,
                                const std::exception_ptr& cause, std::uint32_t restarts) {
  if (!anybody_.load(std::memory_order_relaxed)) return;
  SupervisionEvent event{kind, path_of(cell), class_name(cell), message, {}, cause, restarts};
  if (cause) event.cause = describe_exception(cause);
  std::vector<Recipient<SupervisionEvent>> receivers;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(subscribers_, [](const auto& one) { return !one.alive(); });
    receivers = subscribers_;
  }
  for (const auto& receiver : receivers) receiver.tell<SupervisionEvent>(event);
}

void SupervisionEvents::subscribe(Recipient<SupervisionEvent> subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(subscriber);
  anybody_.store(true, std::memory_order_relaxed);
}

void SupervisionEvents::end() {
  const std::lock_guard lock(mutex_);
  subscribers_.clear();
  anybody_.store(false, std::memory_order_relaxed);
}

}  // namespace detail
}  // namespace troupe::inline v0

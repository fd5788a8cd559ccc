#include "scheduler/sender_queue.hpp"
#include <algorithm>
#include <new>

namespace troupe::inline v0::detail {

SenderQueue::Pushed SenderQueue::push(const Sender& sender, SteadyTime now) noexcept {
  const std::lock_guard lock(mutex_);
  try {
    const Entry entry{sender, now};
    sender.receives ? entries_.push_front(entry) : entries_.push_back(entry);
  } catch (const std::bad_alloc&) {
    return {};
  }
  count_.store(static_cast<std::uint32_t>(entries_.size()), std::memory_order_relaxed);
  if (!sender.receives && is_stealable(entries_.back())) stealable_.store(true, std::memory_order_relaxed);
  return {true, has_stealable()};
}

Sender SenderQueue::take(std::deque<Entry>::iterator entry) {
  const Sender sender = entry->sender;
  entries_.erase(entry);
  count_.store(static_cast<std::uint32_t>(entries_.size()), std::memory_order_relaxed);
  if (entries_.empty()) stealable_.store(false, std::memory_order_relaxed);
  return sender;
}

Sender SenderQueue::pop() {
  if (empty()) return {};
  const std::lock_guard lock(mutex_);
  if (entries_.empty()) return {};
  // Those that are left may be stealable now, or not be any more: what comes next will tell.
  if (!entries_.front().sender.receives) engaged_ = entries_.front().sender.target;
  return take(entries_.begin());
}

Cell* SenderQueue::steal() {
  if (!has_stealable()) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [this](const Entry& entry) { return is_stealable(entry); });
  if (found != entries_.end()) return take(found).cell;
  stealable_.store(false, std::memory_order_relaxed);
  return nullptr;
}

Cell* SenderQueue::take_waiting_since(SteadyTime before) {
  if (empty()) return nullptr;
  const std::lock_guard lock(mutex_);
  if (entries_.empty() || entries_.front().since > before) return nullptr;
  return take(entries_.begin()).cell;
}

}  // namespace troupe::inline v0::detail

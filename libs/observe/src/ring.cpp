#include "ring.hpp"

namespace troupe::inline v0::observe::detail {

Ring::Copy Ring::copy(std::size_t last) const {
  // acquire: pairs with the release in publish().
  const std::uint64_t end = pushed_.load(std::memory_order_acquire);
  const std::uint64_t size = mask_ + 1;
  std::uint64_t begin = end > size ? end - size : 0;
  if (end - begin > last) begin = end - last;
  Copy copy;
  copy.events.resize(end - begin);
  for (std::uint64_t at = begin; at < end; ++at) copy.events[at - begin] = read(slots_[at & mask_]);
  // Pairs with the fence in push(): see invariant 2.
  std::atomic_thread_fence(std::memory_order_acquire);
  const std::uint64_t now = pushed_.load(std::memory_order_relaxed);
  const std::uint64_t whole = now + 1 > size ? now + 1 - size : 0;
  if (whole > begin) {
    const std::uint64_t torn = std::min(whole, end) - begin;
    copy.events.erase(copy.events.begin(), copy.events.begin() + static_cast<std::ptrdiff_t>(torn));
    begin += torn;
  }
  copy.dropped = begin;
  return copy;
}

}  // namespace troupe::inline v0::observe::detail

#include "store/expiry_index.hpp"
#include <algorithm>
#include <cassert>

namespace troupe::kv {
namespace {

constexpr std::size_t kSampledEntries = 64;

}  // namespace

void ExpiryIndex::set(Entry& entry, TimePoint expires) {
  entry.expires = expires;
  const Node node{expires, &entry};
  if (entry.expiry_slot == kNoSlot) {
    assert(heap_.size() < kNoSlot);
    heap_.push_back(node);
    rise(heap_.size() - 1, node);
  } else if (expires < heap_[entry.expiry_slot].expires) {
    rise(entry.expiry_slot, node);
  } else {
    sink(entry.expiry_slot, node);
  }
}

void ExpiryIndex::clear(Entry& entry) noexcept {
  if (entry.expiry_slot == kNoSlot) return;
  const std::size_t hole = entry.expiry_slot;
  assert(heap_[hole].entry == &entry);
  const Node last = heap_.back();
  heap_.pop_back();
  if (last.entry != &entry) {
    if (last.expires < entry.expires) {
      rise(hole, last);
    } else {
      sink(hole, last);
    }
  }
  entry.expires = kNever;
  entry.expiry_slot = kNoSlot;
}

std::chrono::milliseconds ExpiryIndex::mean_time_left(TimePoint now) const noexcept {
  if (heap_.empty()) return {};
  const std::size_t samples = std::min(kSampledEntries, heap_.size());
  double sum_ms = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const TimePoint expires = heap_[i * heap_.size() / samples].expires;
    if (expires > now) sum_ms += static_cast<double>((expires - now).count());
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(sum_ms / static_cast<double>(samples)));
}

void ExpiryIndex::place(std::size_t at, Node node) noexcept {
  heap_[at] = node;
  node.entry->expiry_slot = static_cast<std::uint32_t>(at);
}

void ExpiryIndex::rise(std::size_t at, Node node) noexcept {
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (heap_[parent].expires <= node.expires) break;
    place(at, heap_[parent]);
    at = parent;
  }
  place(at, node);
}

void ExpiryIndex::sink(std::size_t at, Node node) noexcept {
  while (true) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].expires < heap_[child].expires) ++child;
    if (node.expires <= heap_[child].expires) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, node);
}

}  // namespace troupe::kv

// The entries that will expire, the next one first: a binary heap whose entries know their place in it, so
// that changing or dropping an expiry costs a logarithm and expiring never looks at a key that isn't due.
// Thread-safety: none; it belongs to one shard.
// Invariants: 1. no node is earlier than its parent.  2. node i's entry has expiry_slot == i.
#pragma once

#include <cstddef>
#include <vector>

#include "store/entry.hpp"

namespace troupe::kv {

class ExpiryIndex {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }
  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }

  // The entry that expires first. @pre !empty()
  [[nodiscard]] Entry& first() const noexcept { return *heap_.front().entry; }

  // Gives the entry an expiry, or another one.
  void set(Entry& entry, TimePoint expires);

  // Takes its expiry away; nothing happens if it has none.
  void clear(Entry& entry) noexcept;

  // Forgets everything without touching entries, which may be gone already.
  void reset() noexcept { heap_.clear(); }

  // How long entries still live on average, by a sample of bounded size.
  [[nodiscard]] std::chrono::milliseconds mean_time_left(TimePoint now) const noexcept;

 private:
  struct Node {
    TimePoint expires;  // a copy, so that the heap is ordered without following pointers
    Entry* entry;
  };

  void place(std::size_t at, Node node) noexcept;
  void rise(std::size_t at, Node node) noexcept;
  void sink(std::size_t at, Node node) noexcept;

  std::vector<Node> heap_;
};

}  // namespace troupe::kv

// A hash table from keys to entries, ordered by hash: bucket i of 2^b holds the hashes whose highest b bits
// are i. It grows and shrinks a few buckets at a time, so that no single command pays for a whole resize. A
// scan walks along the order of hashes. Since every table size cuts that same line, only more finely or
// coarsely, a position in it stays good whatever happens to the table: an entry present throughout is met
// exactly once.
// Thread-safety: none; it belongs to one shard.
// Invariants: 1. while resizing, entries of old buckets below moved_ are in buckets_, all others in old_; so
// each hash has exactly one bucket.  2. size_ entries are reachable.  3. an entry's address never changes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "store/bucket_array.hpp"
#include "store/entry.hpp"

namespace troupe::kv {

// A position in a scan: the highest 48 bits of a hash. 0 is the beginning, kScanEnd is behind the last.
using ScanPosition = std::uint64_t;
inline constexpr unsigned kScanBits = 48;
inline constexpr ScanPosition kScanEnd = ScanPosition{1} << kScanBits;

class Table {
 public:
  Table();
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool is_resizing() const noexcept { return !old_.empty(); }
  [[nodiscard]] std::size_t bucket_count() const noexcept { return buckets_.size(); }

  // Expected constant time. nullptr if it isn't there.
  [[nodiscard]] Entry* find(Key key) const noexcept;

  // @pre the key isn't there.
  Entry& insert(EntryPointer entry);

  // Takes it out. @pre it is in this table.
  EntryPointer remove(Entry& entry) noexcept;

  void clear() noexcept;

  // Calls visit(entry) for what lies at `position` and in the rest of its bucket; returns where to go on,
  // which is kScanEnd behind the last. `visit` must not change the table. @pre position < kScanEnd
  template <class Visit>
  ScanPosition scan_bucket(ScanPosition position, Visit&& visit) const {
    const Range range = range_at(position);
    const std::uint64_t from = position << (64 - kScanBits);
    for (Entry* entry = range.head; entry != nullptr; entry = entry->next) {
      if (entry->hash >= from) visit(*entry);
    }
    return range.end;
  }

 private:
  struct Range {
    Entry* head;
    ScanPosition end;
  };

  Entry** bucket_of(std::uint64_t hash) noexcept;
  Entry* const* bucket_of(std::uint64_t hash) const noexcept;
  [[nodiscard]] Range range_at(ScanPosition position) const noexcept;
  void grow_if_full();
  void shrink_if_sparse() noexcept;
  void start_resize(BucketArray fresh) noexcept;
  void move_some() noexcept;
  static void destroy(BucketArray& buckets) noexcept;

  BucketArray buckets_;
  BucketArray old_;  // empty unless resizing
  std::size_t moved_ = 0;
  std::size_t size_ = 0;
};

}  // namespace troupe::kv

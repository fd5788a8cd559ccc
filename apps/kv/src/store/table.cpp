#include "store/table.hpp"
#include <algorithm>
#include <bit>
#include <cassert>
#include <new>
#include <utility>

namespace troupe::kv {
namespace {

constexpr unsigned kMinBits = 2;
constexpr unsigned kMaxBits = 40;

// The work of one step. Growing doubles, so two buckets a step are done well before the next doubling is due.
constexpr unsigned kMovedPerStep = 2;
constexpr unsigned kEmptySkippedPerStep = 32;

// A table shrinks when seven eighths of it are empty: far enough from the point of growth not to swing.
constexpr std::size_t kShrinkAtFraction = 8;

}  // namespace

Table::Table() : buckets_(kMinBits) {
  if (buckets_.empty()) throw std::bad_alloc();
}

Table::~Table() {
  destroy(old_);
  destroy(buckets_);
}

Entry** Table::bucket_of(std::uint64_t hash) noexcept {
  if (is_resizing()) {
    const std::size_t old_index = old_.index_of(hash);
    if (old_index >= moved_) return &old_[old_index];
  }
  return &buckets_[buckets_.index_of(hash)];
}

Entry* const* Table::bucket_of(std::uint64_t hash) const noexcept {
  return const_cast<Table*>(this)->bucket_of(hash);
}

Entry* Table::find(Key key) const noexcept {
  for (Entry* entry = *bucket_of(key.hash); entry != nullptr; entry = entry->next) {
    if (entry->hash == key.hash && entry->key() == key.text) return entry;
  }
  return nullptr;
}

Entry& Table::insert(EntryPointer entry) {
  assert(find({entry->key(), entry->hash}) == nullptr);
  is_resizing() ? move_some() : grow_if_full();
  Entry** bucket = bucket_of(entry->hash);
  entry->next = *bucket;
  *bucket = entry.release();
  ++size_;
  return **bucket;
}

EntryPointer Table::remove(Entry& entry) noexcept {
  Entry** link = bucket_of(entry.hash);
  while (*link != &entry) {
    assert(*link != nullptr);
    link = &(*link)->next;
  }
  *link = entry.next;
  entry.next = nullptr;
  --size_;
  is_resizing() ? move_some() : shrink_if_sparse();
  return EntryPointer(&entry);
}

void Table::clear() noexcept {
  destroy(old_);
  destroy(buckets_);
  old_ = {};
  moved_ = 0;
  size_ = 0;
  // If there should be no memory for a small array, the large one does as well.
  if (BucketArray fresh(kMinBits); !fresh.empty()) buckets_ = std::move(fresh);
}

void Table::destroy(BucketArray& buckets) noexcept {
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    while (buckets[i] != nullptr) EntryDeleter()(std::exchange(buckets[i], buckets[i]->next));
  }
}

Table::Range Table::range_at(ScanPosition position) const noexcept {
  assert(position < kScanEnd);
  const std::uint64_t hash = position << (64 - kScanBits);
  const auto end_of = [](std::size_t bucket, const BucketArray& buckets) {
    return (ScanPosition{bucket} + 1) << (kScanBits - buckets.bits());
  };
  if (is_resizing()) {
    const std::size_t old_index = old_.index_of(hash);
    if (old_index >= moved_) return {old_[old_index], end_of(old_index, old_)};
  }
  const std::size_t here = buckets_.index_of(hash);
  ScanPosition end = end_of(here, buckets_);
  // A coarser new bucket may stand for old buckets of which the last have not been moved yet.
  if (is_resizing()) end = std::min(end, ScanPosition{moved_} << (kScanBits - old_.bits()));
  return {buckets_[here], end};
}

void Table::grow_if_full() {
  if (size_ < buckets_.size() || buckets_.bits() >= kMaxBits) return;
  BucketArray fresh(buckets_.bits() + 1);
  if (fresh.empty()) throw std::bad_alloc();
  start_resize(std::move(fresh));
}

void Table::shrink_if_sparse() noexcept {
  if (buckets_.bits() == kMinBits || size_ >= buckets_.size() / kShrinkAtFraction) return;
  BucketArray fresh(std::max(kMinBits, static_cast<unsigned>(std::bit_width(size_)) + 1));
  // It only was to save memory, so without any to begin with it waits.
  if (!fresh.empty()) start_resize(std::move(fresh));
}

void Table::start_resize(BucketArray fresh) noexcept {
  old_ = std::exchange(buckets_, std::move(fresh));
  moved_ = 0;
  move_some();
}

void Table::move_some() noexcept {
  unsigned moved = 0;
  for (unsigned seen = 0; moved < kMovedPerStep && seen < kEmptySkippedPerStep && moved_ < old_.size();
       ++seen) {
    Entry* head = std::exchange(old_[moved_], nullptr);
    ++moved_;
    if (head != nullptr) ++moved;
    while (head != nullptr) {
      Entry* entry = std::exchange(head, head->next);
      Entry*& bucket = buckets_[buckets_.index_of(entry->hash)];
      entry->next = bucket;
      bucket = entry;
    }
  }
  if (moved_ == old_.size()) old_ = {};
}

}  // namespace troupe::kv

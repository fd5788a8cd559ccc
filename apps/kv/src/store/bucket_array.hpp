// The heads of a table's buckets. The memory comes zeroed from the system and is touched only bit by bit as
// buckets are used, so that making a large one costs next to nothing.
// Thread-safety: none; it belongs to one table.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <utility>

#include "store/entry.hpp"

namespace troupe::kv {

class BucketArray {
 public:
  BucketArray() = default;

  // 2^bits empty buckets; none at all if there is no memory for them.
  explicit BucketArray(unsigned bits) noexcept
      : heads_(static_cast<Entry**>(std::calloc(std::size_t{1} << bits, sizeof(Entry*)))), bits_(bits) {}

  BucketArray(BucketArray&& other) noexcept
      : heads_(std::move(other.heads_)), bits_(std::exchange(other.bits_, 0)) {}
  BucketArray& operator=(BucketArray&& other) noexcept {
    heads_ = std::move(other.heads_);
    bits_ = std::exchange(other.bits_, 0);
    return *this;
  }

  [[nodiscard]] bool empty() const noexcept { return heads_ == nullptr; }
  [[nodiscard]] unsigned bits() const noexcept { return bits_; }
  [[nodiscard]] std::size_t size() const noexcept { return empty() ? 0 : std::size_t{1} << bits_; }

  [[nodiscard]] std::size_t index_of(std::uint64_t hash) const noexcept { return hash >> (64 - bits_); }
  [[nodiscard]] Entry*& operator[](std::size_t index) noexcept {
    assert(index < size());
    return heads_.get()[index];
  }
  [[nodiscard]] Entry* const& operator[](std::size_t index) const noexcept {
    assert(index < size());
    return heads_.get()[index];
  }

 private:
  struct Free {
    void operator()(Entry** heads) const noexcept { std::free(heads); }
  };
  std::unique_ptr<Entry*, Free> heads_;
  unsigned bits_ = 0;
};

}  // namespace troupe::kv

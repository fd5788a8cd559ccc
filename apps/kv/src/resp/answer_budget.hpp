// How much one connection is owed: the bytes of large answers that shards have written for it and that it has
// not taken in yet. The connection's own limit can't see these, so a client could have a large value copied a
// thousand times before anybody looks.
// Thread-safety: any thread. The count is a relaxed atomic: nothing else depends on it, and to be late by the
// answers that are just being written is no harm.
// Invariants: 1. what is added is removed with the same size.  2. once exhausted it stays exceeded.
#pragma once

#include <atomic>
#include <cstddef>
#include <limits>

namespace troupe::kv {

class AnswerBudget {
 public:
  // Smaller answers aren't counted: the number of requests under way bounds them well enough.
  static constexpr std::size_t kSmallestCounted = 16 * 1024;

  explicit AnswerBudget(std::size_t most_bytes) noexcept : most_bytes_(most_bytes) {}

  // Whether an answer of so many bytes is too much now.
  [[nodiscard]] bool is_exceeded_by(std::size_t bytes) const noexcept {
    return owed_bytes_.load(std::memory_order_relaxed) + bytes > most_bytes_;
  }
  void add(std::size_t bytes) noexcept {
    if (bytes >= kSmallestCounted) owed_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }
  void remove(std::size_t bytes) noexcept {
    if (bytes >= kSmallestCounted) owed_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  }
  // An answer had to be dropped, so the connection will be cut off: nothing is worth answering any more.
  void exhaust() noexcept { owed_bytes_.fetch_or(kExhausted, std::memory_order_relaxed); }

 private:
  // The highest bit: more than any limit, and out of reach of what is removed.
  static constexpr std::size_t kExhausted = ~(std::numeric_limits<std::size_t>::max() >> 1U);

  const std::size_t most_bytes_;
  std::atomic<std::size_t> owed_bytes_{0};
};

}  // namespace troupe::kv

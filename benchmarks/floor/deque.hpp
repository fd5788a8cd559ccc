// A worker's own run queue, after Chase and Lev: the owner works at the bottom, thieves take from the top.
// Its length is bounded: a push that finds no room says so.
// The orders are those of Le, Pop, Cohen and Zappa Nardelli, "Correct and efficient work-stealing for weak
// memory models".
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "object.hpp"

namespace bench::bare {

class Deque {
 public:
  static constexpr std::int64_t kCapacity = 1 << 14;

  /// Owner only.
  bool push(Object* object) {
    const auto bottom = bottom_.load(std::memory_order_relaxed);
    if (bottom - top_.load(std::memory_order_acquire) >= kCapacity) return false;
    slot(bottom).store(object, std::memory_order_relaxed);
    bottom_.store(bottom + 1, std::memory_order_release);  // pairs with the acquire in steal
    return true;
  }

  /// Owner only: the newest.
  Object* pop() {
    const auto bottom = bottom_.load(std::memory_order_relaxed) - 1;
    if (bottom < top_.load(std::memory_order_relaxed)) return nullptr;  // empty: thieves only ever raise top
    bottom_.store(bottom, std::memory_order_relaxed);
    std::atomic_thread_fence(
        std::memory_order_seq_cst);  // the owner's bottom and a thief's top can't both miss
    auto top = top_.load(std::memory_order_relaxed);
    if (top < bottom) return slot(bottom).load(std::memory_order_relaxed);
    Object* last = nullptr;
    if (top == bottom && top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) {
      last = slot(bottom).load(std::memory_order_relaxed);
    }
    bottom_.store(bottom + 1, std::memory_order_relaxed);
    return last;
  }

  /// Any thread: the oldest. Null also when another thief was faster.
  Object* steal() {
    auto top = top_.load(std::memory_order_acquire);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (top >= bottom_.load(std::memory_order_acquire)) return nullptr;
    Object* object = slot(top).load(std::memory_order_relaxed);
    return top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst) ? object : nullptr;
  }

  /// Any thread: a guess that may be outdated at once.
  std::int64_t size() const {
    return bottom_.load(std::memory_order_relaxed) - top_.load(std::memory_order_relaxed);
  }

  bool empty() const {
    return top_.load(std::memory_order_seq_cst) >= bottom_.load(std::memory_order_seq_cst);
  }

 private:
  std::atomic<Object*>& slot(std::int64_t index) {
    return slots_[static_cast<std::size_t>(index % kCapacity)];
  }

  alignas(64) std::atomic<std::int64_t> top_{0};
  alignas(64) std::atomic<std::int64_t> bottom_{0};
  alignas(64) std::array<std::atomic<Object*>, kCapacity> slots_{};
};

}  // namespace bench::bare

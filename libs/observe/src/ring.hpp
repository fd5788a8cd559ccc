// Ring: the last events of one thread. One writer, which never waits; readers copy, and see what was overwritten
// meanwhile. Source: Boehm, "Can seqlocks get along with programming language memory models?", 2012.
//
// Thread-safety: push() and finish_last() by the writer, all else by any thread.
//
// Invariants
//  1. `pushed_` is how many events have been pushed. Event i lies in slot i % size, until i + size is written.
//  2. While event i is written, pushed_ == i; who reads a word of it sees pushed_ >= i afterwards. So a copy of
//     event k is whole if pushed_, read after the copy, is below k + size.
#pragma once

#include <atomic>
#include <bit>
#include <memory>
#include <vector>

#include "slot.hpp"

namespace troupe::inline v0::observe::detail {

class Ring {
 public:
  explicit Ring(std::size_t size)
      : mask_(std::bit_ceil(std::max<std::size_t>(size, 2)) - 1), slots_(new Slot[mask_ + 1]) {}

  void push(const SlotWords& words) noexcept {
    const std::uint64_t at = pushed_.load(std::memory_order_relaxed);
    Slot& slot = slots_[at & mask_];
    // Pairs with the fence in copy(): a reader that sees one of these words sees that event `at` has begun.
    std::atomic_thread_fence(std::memory_order_release);
    for (std::size_t i = 0; i < slot_words; ++i) slot.words[i].store(words[i], std::memory_order_relaxed);
    // release: pairs with the acquire in copy(), which reads whole events below it.
    pushed_.store(at + 1, std::memory_order_release);
  }

  /// Gives a time to the event that was pushed last. A reader sees it with or without. @pre it had 0
  void finish_last(std::uint64_t ticks) noexcept {
    auto& word = slots_[(pushed_.load(std::memory_order_relaxed) - 1) & mask_].words[0];
    word.store(word.load(std::memory_order_relaxed) | ticks << kind_bits, std::memory_order_relaxed);
  }

  std::uint64_t pushed() const noexcept { return pushed_.load(std::memory_order_relaxed); }

  struct Copy {
    std::vector<SlotWords> events;  ///< the oldest first
    std::uint64_t dropped = 0;      ///< older ones
  };
  /// The last events, at most so many.
  Copy copy(std::size_t last) const;

 private:
  struct alignas(64) Slot {
    std::array<std::atomic<std::uint64_t>, slot_words> words{};
  };

  const std::size_t mask_;
  const std::unique_ptr<Slot[]> slots_;
  std::atomic<std::uint64_t> pushed_{0};
};

}  // namespace troupe::inline v0::observe::detail

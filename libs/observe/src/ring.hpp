// Ring: the last events of one thread. One writer, which never waits; readers copy, and see what was
// overwritten meanwhile. Source: Boehm, "Can seqlocks get along with programming language memory models?",
// 2012.
//
// Thread-safety: push() and find() by the writer, all else by any thread.
//
// Invariants
//  1. `pushed_` is how many events have been pushed. Event i lies in slot i % size, until i + size is
//  written.
//  2. While event i is written, pushed_ == i; who reads a word of it sees pushed_ >= i afterwards. So a copy
//  of
//     event k is whole if pushed_, read after the copy, is below k + size.
#pragma once

#include <atomic>
#include <bit>
#include <memory>
#include <optional>
#include <vector>

#include "slot.hpp"

namespace troupe::inline v0::observe::detail {

class Ring {
 public:
  explicit Ring(std::size_t size)
      : mask_(std::bit_ceil(std::max<std::size_t>(size, 2)) - 1), slots_(new Slot[mask_ + 1]) {}

  /// Fills the next slot by fill(slot). Returns which event it is.
  template <class Fill>
  std::uint64_t push(Fill&& fill) noexcept {
    const std::uint64_t event = pushed_.load(std::memory_order_relaxed);
    // Pairs with the fence in copy(): a reader that sees a new word here sees that this event has begun.
    std::atomic_thread_fence(std::memory_order_release);
    fill(slots_[event & mask_]);
    // release: pairs with the acquire in copy(), which reads whole events below it.
    pushed_.store(event + 1, std::memory_order_release);
    return event;
  }
  std::uint64_t pushed() const noexcept { return pushed_.load(std::memory_order_relaxed); }
  /// By the writer. Nothing: it has been overwritten.
  std::optional<SlotWords> find(std::uint64_t event) const noexcept {
    if (pushed() - event > mask_) return std::nullopt;
    return read(slots_[event & mask_]);
  }

  struct Copy {
    std::vector<SlotWords> events;  ///< the oldest first
    std::uint64_t dropped = 0;      ///< older ones
  };
  /// The last events, at most so many.
  Copy copy(std::size_t last) const;

 private:
  static SlotWords read(const Slot& slot) noexcept {
    SlotWords words;
    for (std::size_t i = 0; i < slot_words; ++i) words[i] = slot.words[i].load(std::memory_order_relaxed);
    return words;
  }

  const std::size_t mask_;
  const std::unique_ptr<Slot[]> slots_;
  std::atomic<std::uint64_t> pushed_{0};
};

}  // namespace troupe::inline v0::observe::detail

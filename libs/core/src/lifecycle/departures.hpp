// The children of a system's root that have ended, and that it hasn't let go yet.
//
// What plain threads spawn is the root's: its list of children, and the guard of it, are wanted by all these
// threads and by all the workers on whom the children end. So those that end wait here until there are many,
// and leave the list together. Meanwhile they are in the list with a void generation, which is nothing new:
// each child is, from the end of its actor until it leaves.
//
//  bits of `word_` | meaning                                            | stored by
//  6 and up        | the newest; the next is its `ready_next`           | add()
//  1 to 5          | how many, or `many` if there are more              | add()
//  0               | closed: the root stops, and has to hear of each    | close()
//
// Thread-safety: add() from any thread, the others under the root's guard.
//
// Invariant: as long as it isn't closed, the root waits for none of its children.
#pragma once

#include <atomic>
#include <cstdint>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

class alignas(64) Departures {
 public:
  enum class Added : std::uint8_t {
    yes,
    now_many,  ///< yes, and whoever has added it is to let them go
    closed,    ///< no: it leaves by itself
  };
  /// @pre it rests as dead
  Added add(Cell& cell) noexcept {
    std::uintptr_t old = word_.load(std::memory_order_relaxed);
    for (;;) {
      if (old & closed_bit) return Added::closed;
      cell.ready_next = newest_of(old);
      const std::uintptr_t count = old & count_bits;
      const std::uintptr_t more = count == many ? many : count + one;
      // release: the cell's link; pairs with the acquire in take(). acquire: of who has put it there for all
      // that are behind it.
      if (word_.compare_exchange_weak(old, reinterpret_cast<std::uintptr_t>(&cell) | more,
                                      std::memory_order_acq_rel, std::memory_order_relaxed))
        return more == many && count != many ? Added::now_many : Added::yes;
    }
  }

  /// All of them, linked by `ready_next`.
  Cell* take() noexcept { return newest_of(word_.fetch_and(closed_bit, std::memory_order_acq_rel)); }
  /// The same; nothing can be added from here on.
  Cell* close() noexcept { return newest_of(word_.exchange(closed_bit, std::memory_order_acq_rel)); }
  /// Of a new system.
  void open() noexcept { word_.store(0, std::memory_order_relaxed); }

 private:
  static constexpr std::uintptr_t closed_bit = 1;
  static constexpr std::uintptr_t one = 2;
  static constexpr std::uintptr_t count_bits = 62;
  static constexpr std::uintptr_t many = 31 * one;
  static_assert(many == count_bits && alignof(Cell) > count_bits + closed_bit);

  static Cell* newest_of(std::uintptr_t word) {
    return reinterpret_cast<Cell*>(word & ~(count_bits | closed_bit));
  }

  std::atomic<std::uintptr_t> word_{closed_bit};
};

/// Puts off the leave of a root's child until there are many. False: it has to leave at once. Afterwards the
/// cell must not be touched. @pre it rests as dead, and may be used again
bool depart(Cell& cell, Cell& root, Runtime& runtime);
/// From here on each child leaves by itself. @pre the caller holds the root's token
void close_departures(Cell& root);

}  // namespace troupe::inline v0::detail

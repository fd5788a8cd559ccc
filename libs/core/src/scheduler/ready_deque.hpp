// A worker's ready cells: it takes the newest first, whose message is still in its cache; others take the
// oldest, which are the largest parts of a tree of work.
//
// The newest has a place before the ring, and is left to the worker: it is what runs next, and moving it
// would cost more than waiting. While that place is empty, the ring's newest is what is left. Only the
// monitor takes that one too, from a worker that has been in one turn for long.
//
// Owner and thieves exclude each other by an asymmetric gate (scheduler/theft_gate.hpp): the owner, who comes
// here for nearly every message, pays plain loads and stores. To fill the empty place of the newest it needs
// no exclusion: there is nothing in it to be taken.
#pragma once

#include <atomic>
#include <cstdint>

#include <troupe/detail/envelope.hpp>

#include "scheduler/theft_gate.hpp"

namespace troupe::inline v0::detail {

class ReadyDeque {
 public:
  static constexpr std::uint32_t capacity = 1024;  ///< besides the newest

  // --- owner ------------------------------------------------------------------------------------------
  /// What has become of a push.
  enum class Pushed : std::uint8_t {
    alone,   ///< the only cell here
    shared,  ///< there are others, for thieves
    full,    ///< no room: it isn't here
  };
  /// False: there is something here already, and nothing was pushed.
  bool push_alone(Cell* cell) noexcept {
    if (newest_.load(std::memory_order_relaxed) || count_.load(std::memory_order_relaxed) != 0) return false;
    newest_.store(cell, std::memory_order_release);  // pairs with a thief's exchange
    return true;
  }
  Pushed push_newest(Cell* cell) noexcept {
    if (newest_.load(std::memory_order_relaxed)) [[likely]]
      return push_over_newest(cell);
    newest_.store(cell, std::memory_order_release);  // pairs with a thief's exchange
    return count_.load(std::memory_order_relaxed) == 0 ? Pushed::alone : Pushed::shared;
  }
  /// Of several cells the first is what is popped next. @pre it is empty, and they are at most `capacity`
  void fill(Cell* const* cells, std::uint32_t count) noexcept {
    gate_.enter();
    for (std::uint32_t i = 1; i < count; ++i) slots_[(oldest_ + count - 1 - i) % ring_size] = cells[i];
    count_.store(count - 1, std::memory_order_relaxed);
    newest_.store(cells[0], std::memory_order_release);  // pairs with a thief's exchange
    gate_.leave();
  }
  Cell* pop_newest() noexcept {
    gate_.enter();
    Cell* const cell = newest_.load(std::memory_order_relaxed);
    if (!cell) return pop_newest_of_ring();
    newest_.store(nullptr, std::memory_order_relaxed);
    gate_.leave();
    return cell;
  }
  /// What comes after the newest, which stays; the newest, if there is nothing else.
  Cell* pop_second_newest() noexcept {
    if (count_.load(std::memory_order_relaxed) == 0) return pop_newest();
    gate_.enter();
    return pop_newest_of_ring();
  }
  Cell* pop_oldest() noexcept {
    if (empty()) return nullptr;
    gate_.enter();
    Cell* const cell = take_oldest();
    gate_.leave();
    return cell;
  }

  // --- any thread: advice -------------------------------------------------------------------------------
  std::uint32_t size() const noexcept {
    return count_.load(std::memory_order_relaxed) + (newest_.load(std::memory_order_relaxed) != nullptr);
  }
  bool empty() const noexcept { return size() == 0; }
  bool has_stealable() const noexcept { return size() > 1; }

  // --- thieves ------------------------------------------------------------------------------------------
  /// Takes half of what may be taken, at most `limit`, oldest first. 0 also if another thief is there.
  std::uint32_t steal(Cell** loot, std::uint32_t limit) noexcept { return steal_from(loot, limit, 1); }
  /// As steal(), with nothing left to the owner. For the monitor.
  std::uint32_t steal_even_newest(Cell** loot, std::uint32_t limit) noexcept {
    return steal_from(loot, limit, 0);
  }

  /// Before anybody uses it.
  void prepare() noexcept { gate_.prepare(); }

 private:
  static constexpr std::uint32_t ring_size = capacity;

  Pushed push_over_newest(Cell* cell) noexcept {
    gate_.enter();
    // A thief may have taken it before it let us in.
    if (Cell* const older = newest_.load(std::memory_order_relaxed)) {
      const std::uint32_t count = count_.load(std::memory_order_relaxed);
      if (count == ring_size) {
        gate_.leave();
        return Pushed::full;
      }
      slots_[(oldest_ + count) % ring_size] = older;
      count_.store(count + 1, std::memory_order_relaxed);
    }
    newest_.store(cell, std::memory_order_release);
    gate_.leave();
    return Pushed::shared;
  }
  /// @pre entered; leaves
  Cell* pop_newest_of_ring() noexcept {
    Cell* cell = nullptr;
    if (const std::uint32_t count = count_.load(std::memory_order_relaxed); count != 0) {
      count_.store(count - 1, std::memory_order_relaxed);
      cell = slots_[(oldest_ + count - 1) % ring_size];
    }
    gate_.leave();
    return cell;
  }
  /// Null: there is none. @pre entered
  Cell* take_oldest() noexcept {
    const std::uint32_t count = count_.load(std::memory_order_relaxed);
    if (count == 0) return newest_.exchange(nullptr, std::memory_order_acquire);
    Cell* cell = slots_[oldest_];
    oldest_ = (oldest_ + 1) % ring_size;
    count_.store(count - 1, std::memory_order_relaxed);
    return cell;
  }

  std::uint32_t steal_from(Cell** loot, std::uint32_t limit, std::uint32_t left_to_owner) noexcept {
    if (size() <= left_to_owner) return 0;
    if (!gate_.begin_theft()) return 0;
    const std::uint32_t count = size();
    std::uint32_t share = count > left_to_owner ? (count - left_to_owner + 1) / 2 : 0;
    if (share > limit) share = limit;
    std::uint32_t taken = 0;
    while (taken < share && (loot[taken] = take_oldest()) != nullptr) ++taken;
    gate_.end_theft();
    return taken;
  }

  TheftGate gate_;
  std::atomic<Cell*> newest_{nullptr};   ///< before the ring: the next to run goes through here alone
  std::atomic<std::uint32_t> count_{0};  ///< in the ring
  std::uint32_t oldest_ = 0;
  Cell* slots_[ring_size];
};

}  // namespace troupe::inline v0::detail

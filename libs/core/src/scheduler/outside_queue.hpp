// What becomes ready outside of a group's workers: pushed by any thread, taken in shares by the workers.
//
// A ring of pointers, of which neither side has to touch the cells: their lines are other processors', and a
// worker that knows which come next has them fetched all at once. What the ring has no room for waits in a
// list through the cells, and so does all that comes later, until the ring is empty. Then the list is turned
// over, and taken before what comes from there on.
//
// A slot says by one bit in which lap of the ring it was filled, so nobody has to empty it: those who take
// only read. One bit is enough: while `head` is n, the slot of number n holds what was put there as n, or one
// lap before. Source: Dmitry Vyukov's bounded MPMC queue, which has a number in each slot.
//
// Thread-safety: all functions from any thread. push() never blocks, and never fails; but who is stopped
// between taking a number and filling its slot keeps those behind it in the ring waiting.
//
// Invariant: what was pushed before is never overlooked by empty(), even if it can't be taken yet, as its
// slot is just being filled.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

class OutsideQueue {
 public:
  static constexpr std::uint64_t ring_size = 4096;

  void push(Cell& cell) noexcept {
    if (arrived_.load(std::memory_order_relaxed) != nullptr || !push_to_ring(cell)) [[unlikely]]
      push_to_list(cell);
  }

  /// At most `limit` of them, the oldest first; returns how many. None also while the next is just being
  /// pushed.
  std::uint32_t take(Cell** cells, std::uint32_t limit) noexcept {
    std::uint32_t taken = 0;
    if (listed_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      taken = take_from_list(cells, limit);
    if (taken == 0) taken = take_from_ring(cells, limit);
    // Those in the list have come later than those in the ring, of which there is none, or none that is
    // ready.
    if (taken == 0 && arrived_.load(std::memory_order_relaxed) != nullptr) [[unlikely]]
      taken = take_from_list(cells, limit);
    return taken;
  }

  bool empty() const noexcept {
    return head_.load(std::memory_order_relaxed) == tail_.load(std::memory_order_relaxed) &&
           listed_.load(std::memory_order_relaxed) == 0 &&
           arrived_.load(std::memory_order_relaxed) == nullptr;
  }
  /// More or less: what is in the list and has not been turned over isn't counted.
  std::uint32_t size() const noexcept {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    const std::uint64_t in_ring = tail > head ? std::min(tail - head, ring_size) : 0;
    return static_cast<std::uint32_t>(in_ring) + listed_.load(std::memory_order_relaxed);
  }
  /// All of them, up to `limit`, more or less.
  std::size_t count(std::size_t limit) noexcept {
    // Under the lock nobody takes from the list: what has arrived stays linked, behind what still arrives.
    const std::lock_guard lock(list_mutex_);
    std::size_t count = size();
    // acquire: pairs with the release in push_to_list().
    for (const Cell* cell = arrived_.load(std::memory_order_acquire); cell && count < limit;
         cell = cell->ready_next) {
      ++count;
    }
    return count;
  }

 private:
  using Word = std::uintptr_t;  ///< a cell's address, and in its lowest bit the lap

  static Word lap_of(std::uint64_t number) { return ((number / ring_size) & 1) ^ 1; }
  std::atomic<Word>& slot(std::uint64_t number) { return slots_[number % ring_size]; }

  /// False: it is full.
  bool push_to_ring(Cell& cell) noexcept {
    std::uint64_t number = tail_.load(std::memory_order_relaxed);
    do {
      if (!has_room(number)) return false;
    } while (!tail_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed));
    // release: the cell, for who takes it; pairs with the acquire in take_from_ring().
    slot(number).store(reinterpret_cast<Word>(&cell) | lap_of(number), std::memory_order_release);
    return true;
  }
  bool has_room(std::uint64_t number) noexcept {
    // It is seldom that those who push need to know how far the others have come. Signed, as a number that
    // was read long ago may have been taken meanwhile. acquire: as below, by way of who stored it.
    const auto is_within = [&](std::uint64_t head) {
      return static_cast<std::int64_t>(number - head) < static_cast<std::int64_t>(ring_size);
    };
    if (is_within(seen_head_.load(std::memory_order_acquire))) [[likely]]
      return true;
    // acquire: the slots have been read; pairs with the release in take_from_ring().
    const std::uint64_t head = head_.load(std::memory_order_acquire);
    seen_head_.store(head, std::memory_order_release);  // pairs with the acquire above
    return is_within(head);
  }

  std::uint32_t take_from_ring(Cell** cells, std::uint32_t limit) noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      std::uint32_t count = 0;
      for (; count < limit; ++count) {
        // acquire: pairs with the release in push_to_ring().
        const Word word = slot(head + count).load(std::memory_order_acquire);
        if ((word & 1) != lap_of(head + count)) break;
        cells[count] = reinterpret_cast<Cell*>(word & ~Word{1});
      }
      if (count == 0) return 0;
      // release: these slots may be filled anew; pairs with the acquire in has_room(). If it fails, others
      // have taken some of what was read.
      if (head_.compare_exchange_weak(head, head + count, std::memory_order_acq_rel,
                                      std::memory_order_acquire))
        return count;
    }
  }

  [[gnu::noinline, gnu::cold]] void push_to_list(Cell& cell) noexcept {
    Cell* newest = arrived_.load(std::memory_order_relaxed);
    do cell.ready_next = newest;
    // release: the cell, for who takes it; pairs with the acquire in take_from_list().
    while (
        !arrived_.compare_exchange_weak(newest, &cell, std::memory_order_release, std::memory_order_relaxed));
  }
  [[gnu::noinline, gnu::cold]] std::uint32_t take_from_list(Cell** cells, std::uint32_t limit) noexcept {
    const std::lock_guard lock(list_mutex_);
    std::uint32_t left = listed_.load(std::memory_order_relaxed);
    if (!oldest_) {
      // The newest is the first of those that have arrived: turned over, they stand in their order.
      Cell* arrived = arrived_.exchange(nullptr, std::memory_order_acquire);
      for (; arrived; ++left) {
        Cell* const cell = std::exchange(arrived, arrived->ready_next);
        cell->ready_next = std::exchange(oldest_, cell);
      }
    }
    std::uint32_t count = 0;
    for (; oldest_ && count < limit; ++count) cells[count] = std::exchange(oldest_, oldest_->ready_next);
    listed_.store(left - count, std::memory_order_relaxed);
    return count;
  }

  // Those who push, those who take, and what is there for the rare case, each on lines of their own.
  alignas(64) std::atomic<std::uint64_t> tail_{0};  ///< the number of the next to be pushed
  std::atomic<std::uint64_t> seen_head_{0};         ///< `head_` some time ago
  std::atomic<Cell*> arrived_{nullptr};             ///< pushed to the list, newest first; taken as a whole
  alignas(64) std::atomic<std::uint64_t> head_{0};  ///< the number of the next to be taken
  std::atomic<std::uint32_t> listed_{0};            ///< how many `oldest_` begins
  alignas(64) std::mutex list_mutex_;               ///< of those who take from the list
  Cell* oldest_ = nullptr;                          ///< turned over; older than those in the ring
  alignas(64) std::atomic<Word> slots_[ring_size]{};
};

}  // namespace troupe::inline v0::detail

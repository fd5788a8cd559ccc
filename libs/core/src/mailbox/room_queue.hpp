// Those who wait for room in a mailbox, in order of arrival. Guarded by the mailbox's lock, but for
// is_empty().
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <troupe/detail/await.hpp>

namespace troupe::inline v0::detail {

class RoomQueue {
 public:
  AwaitBlock* first() const { return first_; }
  /// Any thread: advice. The lock's holder: the truth.
  std::uint32_t size() const { return size_.load(std::memory_order_relaxed); }

  void push_back(AwaitBlock& waiter, Envelope* letter) {
    waiter.room.letter = letter;
    waiter.room.next = nullptr;
    waiter.room.previous = last_;
    (last_ ? last_->room.next : first_) = &waiter;
    last_ = &waiter;
    resize(+1);
  }
  /// What it waited with. Null: it doesn't wait here any more.
  Envelope* remove(AwaitBlock& waiter) {
    RoomWait& room = waiter.room;
    if (!room.letter) return nullptr;
    (room.previous ? room.previous->room.next : first_) = room.next;
    (room.next ? room.next->room.previous : last_) = room.previous;
    resize(-1);
    return std::exchange(room.letter, nullptr);
  }

 private:
  // Relaxed: written under the lock; who reads it without comes under the lock to act on it.
  void resize(int by) { size_.store(size() + static_cast<std::uint32_t>(by), std::memory_order_relaxed); }

  AwaitBlock* first_ = nullptr;
  AwaitBlock* last_ = nullptr;
  std::atomic<std::uint32_t> size_{0};
};

}  // namespace troupe::inline v0::detail

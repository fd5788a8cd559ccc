// How many letters may wait, and how many do. Counted up by those who put letters in, under the mailbox's
// lock, and by the runner who takes them out, without it: so a queue that moves costs neither side a cache
// line of the other's, until it seems full.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <troupe/mailbox.hpp>

namespace troupe::inline v0::detail {

class Quotas {
 public:
  /// Which of them a letter counts for: a queue's, and that of its type, if it has one.
  struct Of {
    std::uint32_t queue;
    std::uint32_t type;  ///< none: it has none
  };
  static constexpr std::uint32_t ordinary = 0;
  static constexpr std::uint32_t urgent = 1;
  static constexpr std::uint32_t first_type = 2;
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  /// From here on a limit is none: the counters compare as far as half of their range.
  static constexpr std::uint32_t unlimited = 0x7FFFFFFF;

  /// @pre nobody uses it
  void open(std::uint32_t index, std::uint32_t limit) {
    sides_[index] = {limit, 0, limit};
    taken_[index].store(0, std::memory_order_relaxed);
  }

  // --- under the lock
  bool has_room(std::uint32_t index) {
    Side& side = sides_[index];
    if (static_cast<std::int32_t>(side.admit_until - side.accepted) > 0) [[likely]]
      return true;
    if (side.limit >= unlimited) return true;
    // acquire: pairs with give_back().
    side.admit_until = taken_[index].load(std::memory_order_acquire) + side.limit;
    return static_cast<std::int32_t>(side.admit_until - side.accepted) > 0;
  }
  bool has_room(Of letter) {
    return has_room(letter.queue) && (letter.type == none || has_room(letter.type));
  }
  void accept(Of letter) {
    ++sides_[letter.queue].accepted;
    if (letter.type != none) ++sides_[letter.type].accepted;
  }
  /// A letter that was accepted has been taken out again by a sender.
  void withdraw(Of letter) {
    --sides_[letter.queue].accepted;
    if (letter.type != none) --sides_[letter.type].accepted;
  }
  std::uint32_t waiting(std::uint32_t index) const {
    return sides_[index].accepted - taken_[index].load(std::memory_order_acquire);
  }
  std::uint32_t limit(std::uint32_t index) const { return sides_[index].limit; }

  // --- the runner
  void give_back(Of letter) {
    give_back(letter.queue);
    if (letter.type != none) give_back(letter.type);
  }

 private:
  void give_back(std::uint32_t index) {
    // release: who sees the room sees that the letter is out. Pairs with has_room().
    auto& taken = taken_[index];
    taken.store(taken.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  static constexpr std::size_t count = first_type + Mailbox::max_limits;
  struct Side {
    std::uint32_t limit = unlimited;
    std::uint32_t accepted = 0;     ///< all there ever were, modulo 2^32
    std::uint32_t admit_until = 0;  ///< when `accepted` comes to this, look again at what was taken
  };
  // In this order: those of the limits of types, which few have, keep what all senders write and what the
  // runner writes on lines of their own.
  std::array<Side, count> sides_{};
  std::array<std::atomic<std::uint32_t>, count> taken_{};
};

}  // namespace troupe::inline v0::detail

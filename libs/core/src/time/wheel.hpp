// A hierarchical timing wheel: timers are put in and taken out in constant time.
//
// Time is counted in ticks. Level k has 64 slots of 64^k ticks each; a timer waits in the finest level whose
// span reaches it, and moves down as its time comes near. Source: Varghese and Lauck, "Hashed and
// Hierarchical Timing Wheels", 1987. Not thread-safe.
//
// Invariants
//  1. Every node in the wheel has tick > now(); advance() hands out nodes in the order of their ticks.
//  2. A slot's bit is set exactly while the slot has nodes.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

#include <troupe/detail/timer_node.hpp>

namespace troupe::inline v0::detail {

class Wheel {
 public:
  Wheel();
  Wheel(const Wheel&) = delete;
  Wheel& operator=(const Wheel&) = delete;

  std::uint64_t now() const { return now_; }
  bool empty() const { return size_ == 0; }

  /// Back to tick 0. @pre empty()
  void reset() { now_ = 0; }

  /// Puts the node in; a tick that has passed counts as the next one. @pre it isn't in the wheel
  void insert(TimerNode& node, std::uint64_t tick);
  /// @pre it is in the wheel
  void remove(TimerNode& node);

  /// A lower bound of the next tick at which something is due, exact within the next 64 ticks.
  std::optional<std::uint64_t> next_tick() const;
  /// The next tick at which something is due. Looks at each node of a slot per level, and of all in the last.
  std::optional<std::uint64_t> exact_next_tick() const;

  /// Moves on to `tick`, and calls due(node) for each node that is out of the wheel by then, in order.
  /// `due` may insert.
  template <class Due>
  void advance(std::uint64_t tick, Due&& due) {
    while (now_ < tick) {
      const auto next = next_tick();
      if (!next || *next > tick) {
        now_ = tick;
        return;
      }
      now_ = *next;
      cascade();
      TimerNode& slot = slots_[0][now_ % slots_per_level];
      while (slot.next != &slot) {
        TimerNode& node = *slot.next;
        remove(node);
        due(node);
      }
    }
  }

 private:
  static constexpr unsigned level_bits = 6;
  static constexpr unsigned slots_per_level = 1u << level_bits;
  static constexpr unsigned levels = 6;  // 2^36 ticks: two years of milliseconds

  void cascade();
  /// How many slots of this level lie before the next one with nodes. @pre there is one
  std::uint64_t distance_to_next(unsigned level) const;
  static std::uint64_t slot_of(std::uint64_t tick, unsigned level) {
    return (tick >> (level * level_bits)) % slots_per_level;
  }
  unsigned level_of(std::uint64_t tick) const;

  std::array<std::array<TimerNode, slots_per_level>, levels> slots_;
  std::array<std::uint64_t, levels> occupied_{};
  std::uint64_t now_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace troupe::inline v0::detail

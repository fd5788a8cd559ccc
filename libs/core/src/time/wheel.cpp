#include "time/wheel.hpp"
#include <algorithm>
#include <cassert>

namespace troupe::inline v0::detail {

Wheel::Wheel() {
  for (auto& level : slots_) {
    for (TimerNode& slot : level) slot.next = slot.previous = &slot;
  }
}

unsigned Wheel::level_of(std::uint64_t tick) const {
  // The highest bit in which the tick differs from now says how far up it has to wait.
  const std::uint64_t differs = tick ^ now_;
  const unsigned level =
      differs == 0 ? 0 : (63u - static_cast<unsigned>(std::countl_zero(differs))) / level_bits;
  return std::min(level, levels - 1);
}

void Wheel::insert(TimerNode& node, std::uint64_t tick) {
  assert(node.previous == nullptr);
  constexpr std::uint64_t reach = std::uint64_t{1} << (levels * level_bits);
  tick = std::max(tick, now_ + 1);
  node.tick = tick;
  // What lies beyond the wheel's reach waits in its farthest slot, and is put off from there.
  const std::uint64_t placed = std::min(tick, now_ + reach - 1);
  const unsigned level = level_of(placed);
  const std::uint64_t index = slot_of(placed, level);
  TimerNode& slot = slots_[level][index];
  node.previous = slot.previous;
  node.next = &slot;
  slot.previous->next = &node;
  slot.previous = &node;
  occupied_[level] |= std::uint64_t{1} << index;
  ++size_;
}

void Wheel::remove(TimerNode& node) {
  assert(node.previous != nullptr);
  node.previous->next = node.next;
  node.next->previous = node.previous;
  if (node.next == node.previous) {
    // Only the slot's own node is left: find which slot that is by its address.
    const auto* slot = node.next;
    for (unsigned level = 0; level < levels; ++level) {
      const TimerNode* first = slots_[level].data();
      if (slot >= first && slot < first + slots_per_level) {
        occupied_[level] &= ~(std::uint64_t{1} << static_cast<unsigned>(slot - first));
        break;
      }
    }
  }
  node.next = node.previous = nullptr;
  --size_;
}

std::uint64_t Wheel::distance_to_next(unsigned level) const {
  assert(occupied_[level] != 0);
  const std::uint64_t here = slot_of(now_, level);
  // Slots behind the current one belong to the next round of this level.
  const std::uint64_t ahead = std::rotr(occupied_[level], static_cast<int>((here + 1) % slots_per_level));
  return static_cast<std::uint64_t>(std::countr_zero(ahead)) + 1;
}

std::optional<std::uint64_t> Wheel::next_tick() const {
  std::optional<std::uint64_t> best;
  for (unsigned level = 0; level < levels; ++level) {
    if (occupied_[level] == 0) continue;
    const unsigned shift = level * level_bits;
    const std::uint64_t start = ((now_ >> shift) + distance_to_next(level)) << shift;
    if (!best || start < *best) best = start;
  }
  return best;
}

std::optional<std::uint64_t> Wheel::exact_next_tick() const {
  std::optional<std::uint64_t> best;
  for (unsigned level = 0; level < levels; ++level) {
    if (occupied_[level] == 0) continue;
    std::uint64_t index = (slot_of(now_, level) + distance_to_next(level)) % slots_per_level;
    // The farthest level's slots also have what lies beyond them, so their order isn't that of the ticks.
    unsigned slots = level == levels - 1 ? slots_per_level : 1;
    for (; slots > 0; --slots, index = (index + 1) % slots_per_level) {
      const TimerNode& slot = slots_[level][index];
      for (const TimerNode* node = slot.next; node != &slot; node = node->next) {
        if (!best || node->tick < *best) best = node->tick;
      }
    }
  }
  return best;
}

void Wheel::cascade() {
  for (unsigned level = levels - 1; level > 0; --level) {
    const std::uint64_t span = std::uint64_t{1} << (level * level_bits);
    if (now_ % span != 0) continue;
    TimerNode& slot = slots_[level][slot_of(now_, level)];
    while (slot.next != &slot) {
      TimerNode& node = *slot.next;
      const std::uint64_t tick = node.tick;
      remove(node);
      if (tick <= now_) {
        // Due exactly now: into the finest slot that advance() is about to empty.
        node.tick = tick;
        TimerNode& due = slots_[0][slot_of(now_, 0)];
        node.previous = due.previous;
        node.next = &due;
        due.previous->next = &node;
        due.previous = &node;
        occupied_[0] |= std::uint64_t{1} << slot_of(now_, 0);
        ++size_;
      } else {
        insert(node, tick);
      }
    }
  }
}

}  // namespace troupe::inline v0::detail

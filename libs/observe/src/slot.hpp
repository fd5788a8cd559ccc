// A slot of a ring: one event in one cache line.
//
//  word | bits
//  0    | ticks << 6 | hot << 5 | nested << 4 | kind
//  1, 2 | message, cause
//  3, 4 | actor: its cell's address | low 6 bits of the type's length; its generation
//  5, 6 | by: its cell's address | high 6 bits of that length; its generation
//  7    | where the type's name lies
// Of events that have no `by` but a text, word 6 is the text's number in the thread's TextRing; 0: none.
//
// Hot events are those that come with each message. What can be left out of them is not written: word 7 is
// the address of a string_view that stands for all time, so there is no length, and a begin has no words 2, 5
// and 6.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <troupe/detail/cell.hpp>
#include <troupe/ports/tracer.hpp>

namespace troupe::inline v0::observe::detail {

inline constexpr std::size_t slot_words = 8;
using SlotWords = std::array<std::uint64_t, slot_words>;

struct alignas(64) Slot {
  // All relaxed: Ring says how they are validated.
  std::array<std::atomic<std::uint64_t>, slot_words> words{};
};

inline constexpr std::uint64_t kind_mask = 15;
static_assert(trace_kinds <= kind_mask + 1);
inline constexpr std::uint64_t nested_bit = 16;  ///< of a begin: inside of another turn, which asks in place
inline constexpr std::uint64_t hot_bit = 32;
inline constexpr unsigned ticks_shift = 6;  ///< 2^58 ticks are three years at 3 GHz, counted from the boot
inline constexpr unsigned length_bits = 6;  ///< in each of two addresses
inline constexpr std::uint64_t length_mask = (1u << length_bits) - 1;
static_assert(alignof(troupe::detail::Cell) > length_mask, "the low bits of a cell's address are used");
inline constexpr std::size_t longest_type = (1u << 2 * length_bits) - 1;

/// What the first word holds besides the ticks.
constexpr std::uint64_t head_of(TraceKind kind) { return static_cast<std::uint64_t>(kind); }

/// `by_or_text`: a generation, or a text's number.
inline void fill(Slot& slot, std::uint64_t head, std::uint64_t ticks, const ActorId& actor,
                 troupe::detail::Cell* by, std::uint64_t by_or_text, std::uint64_t message,
                 std::uint64_t cause, const std::string_view& type) noexcept {
  const auto put = [&](std::size_t word, std::uint64_t value) {
    slot.words[word].store(value, std::memory_order_relaxed);
  };
  const std::uint64_t length = std::min(type.size(), longest_type);
  put(0, ticks << ticks_shift | head);
  put(1, message);
  put(2, cause);
  put(3, reinterpret_cast<std::uintptr_t>(actor.cell) | (length & length_mask));
  put(4, actor.generation);
  put(5, reinterpret_cast<std::uintptr_t>(by) | length >> length_bits);
  put(6, by_or_text);
  put(7, reinterpret_cast<std::uintptr_t>(type.data()));
}

inline void fill_hot(Slot& slot, std::uint64_t head, const ActorId& actor, std::uint64_t message,
                     const std::string_view& type) noexcept {
  slot.words[0].store(head | hot_bit, std::memory_order_relaxed);
  slot.words[1].store(message, std::memory_order_relaxed);
  slot.words[3].store(reinterpret_cast<std::uintptr_t>(actor.cell), std::memory_order_relaxed);
  slot.words[4].store(actor.generation, std::memory_order_relaxed);
  slot.words[7].store(reinterpret_cast<std::uintptr_t>(&type), std::memory_order_relaxed);
}
inline void fill_sender(Slot& slot, std::uint64_t cause, const ActorId& by) noexcept {
  slot.words[2].store(cause, std::memory_order_relaxed);
  slot.words[5].store(reinterpret_cast<std::uintptr_t>(by.cell), std::memory_order_relaxed);
  slot.words[6].store(by.generation, std::memory_order_relaxed);
}

/// An event as it was told, but for its text.
struct Unpacked {
  TraceEvent event;
  std::uint64_t ticks;
  std::uint64_t text;
  bool nested;
};

inline Unpacked unpack(const SlotWords& words) noexcept {
  const auto cell = [](std::uint64_t word) {
    return reinterpret_cast<troupe::detail::Cell*>(word & ~length_mask);
  };
  const std::uint64_t ticks = words[0] >> ticks_shift;
  const bool nested = (words[0] & nested_bit) != 0;
  const auto kind = static_cast<TraceKind>(words[0] & kind_mask);
  troupe::detail::Cell* by = cell(words[5]);
  if ((words[0] & hot_bit) != 0) {
    const auto& type = *reinterpret_cast<const std::string_view*>(words[7]);
    const bool begins = kind == TraceKind::turn_begin;
    return {{kind,
             {cell(words[3]), words[4]},
             begins ? ActorId{} : ActorId{by, words[6]},
             words[1],
             begins ? words[1] : words[2],
             type,
             {}},
            ticks,
            0,
            nested};
  }
  const std::size_t length = (words[3] & length_mask) | (words[5] & length_mask) << length_bits;
  return {{kind,
           {cell(words[3]), words[4]},
           {by, by ? words[6] : 0},
           words[1],
           words[2],
           {reinterpret_cast<const char*>(words[7]), length},
           {}},
          ticks,
          by ? 0 : words[6],
          nested};
}

}  // namespace troupe::inline v0::observe::detail

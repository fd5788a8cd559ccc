// A slot of a ring: one event in one cache line.
//
//  word | bits
//  0    | ticks << 4 | kind
//  1, 2 | message, cause
//  3, 4 | actor: its cell's address | low 6 bits of the type's length; its generation
//  5, 6 | by: its cell's address | high 6 bits of that length; its generation
//  7    | where the type's name lies
// Of events that have no `by` but a text, word 6 is the text's number in the thread's TextRing; 0: none.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <troupe/detail/cell.hpp>
#include <troupe/ports/tracer.hpp>

namespace troupe::inline v0::observe::detail {

inline constexpr std::size_t slot_words = 8;
using SlotWords = std::array<std::uint64_t, slot_words>;

inline constexpr unsigned kind_bits = 4;
static_assert(trace_kinds <= 1u << kind_bits);
inline constexpr unsigned length_bits = 6;  ///< in each of two addresses
inline constexpr std::uint64_t length_mask = (1u << length_bits) - 1;
static_assert(alignof(troupe::detail::Cell) > length_mask, "the low bits of a cell's address are used");
inline constexpr std::size_t longest_type = (1u << 2 * length_bits) - 1;

inline std::uint64_t first_word(TraceKind kind, std::uint64_t ticks) noexcept {
  return ticks << kind_bits | static_cast<std::uint64_t>(kind);
}

inline SlotWords pack(const TraceEvent& event, std::uint64_t ticks, std::uint64_t text) noexcept {
  const std::uint64_t length = std::min(event.type.size(), longest_type);
  return {first_word(event.kind, ticks),
          event.message,
          event.cause,
          reinterpret_cast<std::uintptr_t>(event.actor.cell) | (length & length_mask),
          event.actor.generation,
          reinterpret_cast<std::uintptr_t>(event.by.cell) | length >> length_bits,
          event.by.cell ? event.by.generation : text,
          reinterpret_cast<std::uintptr_t>(event.type.data())};
}

struct Unpacked {
  TraceEvent event;
  std::uint64_t ticks;
  std::uint64_t text;
};

inline Unpacked unpack(const SlotWords& words) noexcept {
  const auto cell = [](std::uint64_t word) {
    return reinterpret_cast<troupe::detail::Cell*>(word & ~length_mask);
  };
  const std::size_t length = (words[3] & length_mask) | (words[5] & length_mask) << length_bits;
  troupe::detail::Cell* by = cell(words[5]);
  return {{static_cast<TraceKind>(words[0] & ((1u << kind_bits) - 1)),
           {cell(words[3]), words[4]},
           {by, by ? words[6] : 0},
           words[1],
           words[2],
           {reinterpret_cast<const char*>(words[7]), length},
           {}},
          words[0] >> kind_bits,
          by ? 0 : words[6]};
}

}  // namespace troupe::inline v0::observe::detail

// The numbers of the recording's format: docs/design/recording.md.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::inline v0::observe::detail {

inline constexpr std::string_view recording_magic = "troupeR1";

/// The low two bits of an entry's first number; the rest is its argument.
enum class Tag : std::uint8_t {
  from = 0,   ///< the next message of the sender with this ordinal
  again = 1,  ///< so many more from the same sender
  part = 2,  ///< actor << 1 | moved: what follows are this actor's deliveries; moved: its part number follows
  other = 3,  ///< one of Other
};

enum class Other : std::uint8_t {
  resume = 0,  ///< + which waiting turn
  own = 1,     ///< + how many messages ago it was sent
  actor = 2,   ///< + ordinal, path, class
  thread = 3,  ///< + ordinal: from here on, the thread of this log when it sends from outside
  input = 4,   ///< + receiver, type, payload
};

constexpr std::uint64_t entry(Tag tag, std::uint64_t argument) {
  return argument << 2 | static_cast<std::uint64_t>(tag);
}
constexpr std::uint64_t entry(Other what) { return entry(Tag::other, static_cast<std::uint64_t>(what)); }

}  // namespace troupe::inline v0::observe::detail

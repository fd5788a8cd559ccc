// Stalls: what the watchdog of a system finds to last too long. docs/stalls.md says what to do about each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <troupe/detail/durations.hpp>
#include <troupe/tree.hpp>

namespace troupe::inline v0 {

enum class StallKind : std::uint8_t {
  long_turn,     ///< a turn has held its thread for longer than SystemOptions::turn_limit
  stuck_group,   ///< all threads of a group are in such turns, while actors wait for one of them
  waiting_mail,  ///< a message has waited in a mailbox for longer than SystemOptions::wait_limit
};
inline constexpr std::size_t stall_kinds = 3;

std::string_view to_string(StallKind kind) noexcept;

/// One stall, when it has been found, and once more when it has ended. Subscribe an actor with
/// `void on(const Stall&)` by System::subscribe_stalls.
struct Stall {
  StallKind kind = StallKind::long_turn;
  bool ended = false;
  /// So far, or, of one that has ended, in all. As far as it was watched: the beginning of a turn is seen up
  /// to 5 ms late, that of a wait up to half of the limit.
  std::chrono::nanoseconds lasted{};

  // Of the actor; empty with stuck_group.
  std::string path;
  std::string_view actor;                  ///< its class
  ActorState state = ActorState::running;  ///< when the stall was found
  std::string_view message;            ///< the class of the message whose turn it is in; empty: it is in none
  std::chrono::nanoseconds in_turn{};  ///< with waiting_mail: for how long that turn has been seen
  std::string awaits;                  ///< what that turn awaits, and from whom, as far as it is known

  std::string group;        ///< with stuck_group: its name
  std::size_t waiting = 0;  ///< messages in the mailbox, or with stuck_group actors that are ready; at least
};

/// A sentence, as it stands in the log.
std::string to_string(const Stall& stall);

/// How many stalls were found, by kind.
struct StallCounts {
  std::array<std::uint64_t, stall_kinds> by_kind{};
  std::uint64_t operator[](StallKind kind) const { return by_kind[static_cast<std::size_t>(kind)]; }
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (auto count : by_kind) sum += count;
    return sum;
  }
};

}  // namespace troupe::inline v0

// What lives in a system, as a person wants to see it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/detail/durations.hpp>
#include <troupe/ports/clock.hpp>

namespace troupe::inline v0 {

enum class ActorState : std::uint8_t {
  idle,        ///< nothing to do
  ready,       ///< has messages, waits for a thread
  running,     ///< in a turn
  awaiting,    ///< in a turn that waits for an answer
  stopping,    ///< waits for its children, or for its turns, to end
  restarting,  ///< failed, or taken down for another's sake; messages wait
};
std::string_view to_string(ActorState state) noexcept;

/// One actor, at about the moment it was looked at.
struct ActorInfo {
  std::string path;
  std::string_view actor;  ///< its class
  ActorState state = ActorState::idle;
  std::size_t mailbox_depth = 0;        ///< queued messages, counted up to mailbox_depth_limit
  std::size_t mailbox_capacity = 0;     ///< 0: it has no bound
  std::uint64_t overflowed = 0;         ///< messages that its full mailbox has refused or let go
  std::size_t waiting_for_room = 0;     ///< deliveries and asks
  std::uint64_t handled = 0;            ///< messages handled so far
  std::string_view message;             ///< the message of the current turn; empty outside of turns
  std::chrono::nanoseconds busy_for{};  ///< how long that turn is known to run, in steps of some milliseconds

  // Of a supervised actor.
  std::uint32_t restarts = 0;  ///< all
  std::uint32_t recent_restarts =
      0;                      ///< those within the span of its supervisor's intensity, at the last one
  std::string last_cause;     ///< the exception that it failed with last; empty: it never did
  SteadyTime next_attempt{};  ///< while it waits out a backoff: when it starts again
};
inline constexpr std::size_t mailbox_depth_limit = 100'000;

/// Parents before children, siblings in the order of their spawns.
using Tree = std::vector<ActorInfo>;

/// A table of it.
std::string to_string(const Tree& tree);

/// Who would not stop, and on which message. Empty: all have stopped.
struct [[nodiscard]] ShutdownReport {
  Tree unstopped;
  bool clean() const noexcept { return unstopped.empty(); }
  explicit operator bool() const noexcept { return clean(); }
};

}  // namespace troupe::inline v0

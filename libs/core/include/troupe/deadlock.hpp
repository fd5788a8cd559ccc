// Deadlocks, as they are reported: who waits for whom, for what, and where in the source. docs/deadlocks.md
// says what to do about one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/detail/durations.hpp>

namespace troupe::inline v0 {

/// One ask of a circle.
struct DeadlockWait {
  std::string path;          ///< of the actor that waits
  std::string_view actor;    ///< its class; empty: it is a plain thread, in get()
  std::string_view message;  ///< the class of what it has asked
  std::string asked;         ///< the path of whom it has asked
  bool for_room = false;     ///< it delivers the message, and waits for room in that mailbox
  std::string_view file;     ///< where it awaits; empty: not known
  std::uint32_t line = 0;
  std::chrono::nanoseconds age{};  ///< how long it waits
  std::size_t mailbox_depth = 0;   ///< messages that wait for it
  /// The answer can come from nobody but the next of the circle. False: it is likely, but the Reply is where
  /// others might get at it, as in a vector.
  bool certain = true;
};

/// A circle of asks: each waits for the next one, the last for the first.
/// Subscribe an actor with `void on(const Deadlock&)` by System::subscribe_deadlocks.
struct Deadlock {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::vector<DeadlockWait> waits;
  std::size_t failed = none;  ///< the index of the ask that was failed
  /// False: one of its waits isn't certain. It has stood for SystemOptions::suspected_deadlock_after; no ask
  /// was failed.
  bool certain = true;
};

/// A sentence, a line for each ask, and a picture in Mermaid's language.
std::string to_string(const Deadlock& deadlock);
/// The picture alone.
std::string to_mermaid(const Deadlock& deadlock);

}  // namespace troupe::inline v0

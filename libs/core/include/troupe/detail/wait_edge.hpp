// What the deadlock walk reads of an await, from any thread, while its asker and answerer go on.
// docs/design/deadlock.md has the whole.
#pragma once

#include <cstdint>

#include <troupe/detail/shared.hpp>
#include <troupe/fwd.hpp>

namespace troupe::inline v0::detail {

/// Where the Reply of an await is, as told by whoever moved it last. The words are written one by one,
/// perhaps by the holder of an old Reply to an await that is over: `check` fits only if all are of one await
/// and of one move.
struct ReplyPlace {
  static constexpr std::uintptr_t is_thread = 1;   ///< the holder is a ThreadInbox, not a Cell
  static constexpr std::uintptr_t is_certain = 2;  ///< nobody else can get at it while the holder waits
  static constexpr std::uintptr_t flags = 3;

  Shared<std::uintptr_t> holder{0};
  Shared<std::uint64_t> holder_gen{0};
  Shared<std::uintptr_t> address{0};
  Shared<std::uint64_t> check{0};  ///< 0: never moved, so whoever was asked has it
};

/// In Cell::waits_for: it has to look for a circle when it rests again.
inline constexpr std::uintptr_t look_bit = 1;

}  // namespace troupe::inline v0::detail

// Who waits for whom, by a trace: turns that are suspended on asks without an answer, and rings of them.
//
// Thread-safety: functions of values. They see what the trace holds: a wait whose begin was overwritten is
// none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/observe/trace.hpp>

namespace troupe::inline v0::observe {

struct Wait {
  ActorId waiter;
  std::uint64_t turn = 0;  ///< the message that the waiter is in
  ActorId target;
  std::uint64_t ask = 0;
  std::string_view type;  ///< what was asked
  SteadyTime since{};
};

std::vector<Wait> waits_of(const Trace& trace);

/// Waits in a ring: each for a turn that can't go on before the next one's has. Empty: there is none.
std::vector<Wait> deadlock_of(const Trace& trace);

/// "shop waits for stock (Count), stock waits for shop (Price)".
std::string to_string(const std::vector<Wait>& waits, const Trace& trace);

}  // namespace troupe::inline v0::observe

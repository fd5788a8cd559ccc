// What is done about a circle that was found.
#pragma once

#include <vector>

#include <troupe/deadlock.hpp>
#include <troupe/options.hpp>

#include "deadlock/edges.hpp"

namespace troupe::inline v0::detail {

struct Member {
  Waiter waiter;
  Edge edge;
};
struct Circle {
  std::vector<Member> members;  ///< each waits for the next, the last for the first
  std::size_t youngest = 0;     ///< the ask that was asked last
  bool certain = true;
  OnDeadlock what_to_do = OnDeadlock::ignore;
};

/// Whether the circle is the caller's to settle: another may have it already, or it is only suspected, and
/// has to stand for a while first. @pre the lock of circles is held
bool take(Circle& circle);
/// Reports a circle that was taken, and fails its youngest ask, or ends the process. The lock isn't held.
void settle(const Circle& circle);

/// In words. @pre the circle was taken
Deadlock describe(const Circle& circle);

}  // namespace troupe::inline v0::detail

// The way out of an actor: children first, in reverse order of their start, then the actor itself.
#pragma once

#include <exception>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

/// Sets the actor on its way out; what is worse than before wins (stopped < killed < failed stays).
/// @pre the caller holds the token
void begin_stop(Cell& cell, StopReason reason);
/// An exception has left the handler of this message: logs it, and sets the actor on its way out.
/// @pre the caller holds the token
void fail_actor(Cell& cell, const MessageOps& message, std::exception_ptr cause) noexcept;

/// Goes on with a stop that has begun. True: the actor has ended and its cell is retired.
/// @pre the caller holds the token, outside of turns
bool advance_stop(Cell& cell);

}  // namespace troupe::inline v0::detail

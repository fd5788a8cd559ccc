// The way out of an actor: children first, in reverse order of their start, then the actor itself.
#pragma once

#include <exception>

#include <troupe/detail/cell.hpp>
#include <troupe/errors.hpp>

namespace troupe::inline v0::detail {

/// Sets the actor on its way out; what is worse than before wins (stopped < killed < failed stays).
/// @pre the caller holds the token
void begin_stop(Cell& cell, StopReason reason);
/// An exception has left the handler of this message: logs it, and sets the actor on its way out.
/// @pre the caller holds the token
void fail_actor(Cell& cell, const MessageOps& message, std::exception_ptr cause) noexcept;

/// A supervisor has given up. @pre as fail_actor()
void fail_supervisor(Cell& cell, const Escalated& why) noexcept;

/// Tells a parent that a child has left its list. `significant`: by itself, and it counts for its supervisor.
void tell_child_gone(Cell& parent, std::uint64_t parent_gen, bool significant);

/// Goes on with a stop that has begun. True: the actor has ended and its cell is retired.
/// False: it waits for a child or for its supervisor's word, or it lives again.
/// @pre the caller holds the token, outside of turns
bool advance_stop(Cell& cell);
/// begin_stop() and advance_stop() of an actor that has asked itself to stop. @pre as advance_stop(); it
/// runs, and nothing comes before that
bool end_at_own_wish(Cell& cell);

}  // namespace troupe::inline v0::detail

// The message that an actor's next turn would handle: to look at, or to fail it. For schedulers without
// threads.
#pragma once

#include <exception>
#include <functional>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

/// Whether it has a signal or a message to handle. @pre the caller holds the token
bool has_work(const Cell& cell) noexcept;
/// Whether it has a message, and handles some now. @pre as has_work()
bool has_message(const Cell& cell) noexcept;
/// Null: it has signals to see to, or nothing for a handler. @pre the caller holds the token
const Envelope* next_letter(const Cell& cell) noexcept;
/// Fails the actor as if the handler of its next message had thrown. False: it has none. To be followed by
/// run_cell(). @pre the caller holds the token
bool crash_next(Cell& cell, const std::exception_ptr& cause);
/// Makes the first letter that is wanted the next one. False: there is none, or the cell handles none now.
/// @pre the caller holds the token, and nobody sends meanwhile
bool bring_forward(Cell& cell, const std::function<bool(const Envelope&)>& is_wanted);

}  // namespace troupe::inline v0::detail

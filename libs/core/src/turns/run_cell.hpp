// An activation: a runner holds a cell's token, handles some of its messages, and gives the token back.
#pragma once

#include <cstdint>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

// All of these: @pre a RunnerScope is set up in the calling thread

/// Runs the cell, whose token the caller holds, for at most `budget` messages, and until it has sent
/// sends_per_activation. True: the token is still the caller's, and there is more to do. False: the token is
/// given away; the cell must not be touched.
bool run_cell(Cell& cell, std::uint32_t budget);

/// Runs what waits in the cell's signal lane, and no message. True and false as for run_cell().
bool run_waiting_signals(Cell& cell);
/// Runs the next message, whatever waits in the signal lane. @pre there is one, and the cell handles some now
bool run_message(Cell& cell);

/// Suspends until a signal comes, for as long as it is set: a turn awaits, or the actor is on its way out.
bool holds_mail(const Cell& cell);

}  // namespace troupe::inline v0::detail

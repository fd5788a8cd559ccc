// A supervised child's own side: how it fails, falls, and starts again. All @pre: the caller holds its token.
#pragma once

#include <exception>
#include <string>

#include <troupe/detail/cell.hpp>

#include "supervision/supervised.hpp"

namespace troupe::inline v0::detail {

/// Null: nobody supervises it.
Supervised* supervised_in(const Extra& extra);
inline Supervised* supervised(const Cell& cell) { return cell.extra ? supervised_in(*cell.extra) : nullptr; }

/// It has failed: by its supervisor's `decide`, and its own Restart, it goes on, ends, or waits for a word.
/// `text` describes the cause.
void fail_supervised(Cell& cell, Supervised& mine, const MessageOps& message, std::exception_ptr cause,
                     std::string text, StopReason reason);
/// Whether its end is put before its supervisor first. @pre something other than its supervisor ends it
bool asks_first(Cell& cell, Supervised& mine, StopReason reason);

/// Somebody has asked it to stop: what is in its mailbox can wait for long, if it has no object.
void want_stop(Cell& cell, Supervised& mine);

/// Its turns and children are gone: so is its object, and it waits to be started. Starts it, if that is due.
void go_down(Cell& cell, Supervised& mine);

/// Its supervisor's children are up, and so is it.
void tell_up(Cell& cell);

}  // namespace troupe::inline v0::detail

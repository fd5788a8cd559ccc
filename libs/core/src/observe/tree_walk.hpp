// A walk over all living actors.
#pragma once

#include <troupe/detail/cell.hpp>
#include <troupe/tree.hpp>

namespace troupe::inline v0::detail {

class Monitor;

/// What Cell::activity says.
inline bool is_in_turn(const MessageOps* activity) { return activity != &at_rest && activity != &between; }
/// It isn't an actor, but stands above all of them. @pre it lives
inline bool is_root(const Cell& cell) { return cell.parent == nullptr; }
/// @pre the caller holds the cell's tree guard, and its gen is right
ActorState state_of(const Cell& cell, const MessageOps* activity);

/// All below the root. From any thread; actors that end meanwhile are left out.
Tree walk_tree(Cell& root, Monitor& monitor);

}  // namespace troupe::inline v0::detail

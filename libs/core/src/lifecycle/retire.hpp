// The end of an actor. What becomes of its mail is in drain.hpp.
#pragma once

#include <utility>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/pool.hpp>

namespace troupe::inline v0::detail {

/// Ends the actor: its news, its object, its watchers, its mail; and gives the cell back for reuse.
/// @pre the caller holds the token, it has no children and no turns. Afterwards the cell must not be touched.
void retire(Cell& cell);
/// Undoes a spawn whose constructor threw. @pre as retire(); there is no object
void retire_unborn(Cell& cell);

/// Destroys the actor's object. What its destructor sends is no turn's.
void destroy_with_destructor(Cell& cell) noexcept;
inline void destroy_object(Cell& cell) noexcept {
  if (cell.ops->destroy) return destroy_with_destructor(cell);
  free_block(std::exchange(cell.object, nullptr), cell.ops->object_bytes);
}

/// Why this actor, which is on its way out, drops its messages. The result refers to the cell's path.
Drop drop_reason(Cell& cell);

/// Gives back the cell of a system's root. It isn't reused before the system has ended: until then spawns and
/// walks that come late find it empty and closed.
void recycle_root(Cell& cell) noexcept;

/// Gives back a cell that never had an actor. @pre the caller holds the token
void bury(Cell& cell, Runtime& runtime);

}  // namespace troupe::inline v0::detail

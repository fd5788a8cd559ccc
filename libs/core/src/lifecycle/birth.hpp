// How an actor comes to life in a cell that rests as idle already.
//
// A spawn takes the token of a dead cell, and gives it back when the object is built: two compare-exchanges.
// Where a parent's own turn spawns it is one: the cell rests as idle from the beginning. Until the spawn is
// done nobody is told of the actor but by its constructor. So hardly ever does anybody take the token before:
// a late sender to an earlier actor, or whoever gets to run what the constructor has sent to itself. Who has
// come too early leaves the token to the builder, or goes on if that is done meanwhile.
//
//  builder                                | who has come early, and holds the token
//  `life`: running, or stillborn          | `came_early`: true
//  `built`: true                          | heavy fence
//  light fence                            | not `built`? then the token is the builder's
//  `came_early`? then takes it back       | else takes `came_early` back
//
// One of them sees the other's store. If both do, whoever takes `came_early` back has the token. That may be
// somebody who was slow, and by then it is the token of another birth in this cell: no token is lost by that.
#pragma once

#include <troupe/detail/cell.hpp>

#include "memory/fences.hpp"

namespace troupe::inline v0::detail {

/// Takes back the word of who has come early. False: the other side has. Whoever has it has the token.
inline bool take_early_token(Cell& cell) noexcept {
  // acquire: of who has left the token there; release: for who comes after.
  return cell.came_early.exchange(false, std::memory_order_acq_rel);
}

/// The object is built, or never will be. True: somebody has come early, and the caller holds the token.
inline bool end_construction(Cell& cell, Life life) noexcept {
  cell.condition.change([life](Condition& now) { now.life = life; });
  cell.built.store(true, std::memory_order_release);
  light_fence();
  return cell.came_early.load(std::memory_order_relaxed) && take_early_token(cell);
}

/// As run_cell(), of a cell that looks as if its object weren't built: false in any case. @pre the caller
/// holds the token
bool run_unborn(Cell& cell);

/// The constructor of an actor that is in the tree has thrown. @pre the caller holds the token
void abandon_unborn(Cell& cell);

}  // namespace troupe::inline v0::detail

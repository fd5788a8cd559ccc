// An actor's list of children, in the order in which they were spawned.
//
// Most actors' children come by its own turns only (Cell::by_own_turns), and leave wherever they end.
// So that a spawn needs no guard there, these turns alone write what stands at the end of the list: which
// child is the last, and the link to who comes behind it. All else is written under the parent's guard. A
// child that is the last one when it leaves must stay in its place then, since another may be about to come
// behind it: it is `left`, until a sibling that leaves, or its parent, takes it out. So as many of them are
// in the list as there are others, and one, at most.
//
// Where anybody may spawn, or nobody any more, the last one leaves like the others.
//
// Thread-safety: under the parent's guard, but for append_child().
#pragma once

#include <utility>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

/// As the last child. @pre the caller is a turn of the parent, and only these spawn; or it has the guard
inline void append_child(Cell& child, Cell& parent) {
  Cell* const last = parent.last_child;
  child.previous_sibling = last;
  child.next_sibling = nullptr;
  // Both publish the child's own links.
  if (last) last->next_sibling = &child;
  parent.last_child = &child;
}

/// What follows from a child's leave.
struct Leave {
  ParentWaits waits = ParentWaits::no;  ///< whether its parent waits for that
  bool stays = false;                   ///< its cell is in the list still: whoever takes it out puts it back
  Cell* taken_out = nullptr;            ///< those who had left before, linked by `ready_next`
};

/// `younger`: who comes behind it; null: nobody, nor can anybody come meanwhile.
inline void take_out(Cell& child, Cell* younger, Cell& parent) {
  Cell* const older = child.previous_sibling;
  if (older) older->next_sibling = younger;
  if (younger) {
    younger->previous_sibling = older;
  } else {
    parent.last_child = older;
  }
}
inline void chain(Cell*& taken_out, Cell& child) {
  child.parent_waits = ParentWaits::no;
  child.ready_next = taken_out;
  taken_out = &child;
}

/// The child leaves, and takes with it those right before it who have left.
inline Leave leave_siblings(Cell& child, Cell& parent) {
  Leave leave{child.parent_waits};
  Cell* const younger = child.next_sibling;
  leave.stays = !younger && (parent.children & Cell::by_own_turns) &&
                !parent.closed_to_children.load(std::memory_order_relaxed);
  child.parent_waits = leave.stays ? ParentWaits::left : ParentWaits::no;
  if (!leave.stays) take_out(child, younger, parent);
  Cell* const behind = leave.stays ? &child : younger;
  for (Cell* older = child.previous_sibling; older && older->parent_waits == ParentWaits::left;)
      [[unlikely]] {
    Cell* const next = older->previous_sibling;
    take_out(*older, behind, parent);
    chain(leave.taken_out, *older);
    older = next;
  }
  return leave;
}

/// Takes out all who have left, and links them by `ready_next`. @pre the caller holds the parent's token
inline Cell* take_out_left(Cell& parent) {
  Cell* taken_out = nullptr;
  Cell* younger = nullptr;
  for (Cell* child = parent.last_child; child;) {
    Cell* const older = child->previous_sibling;
    if (child->parent_waits == ParentWaits::left) {
      take_out(*child, younger, parent);
      chain(taken_out, *child);
    } else {
      younger = child;
    }
    child = older;
  }
  return taken_out;
}

/// No child comes from here on. The result: as of take_out_left(). @pre the caller holds the parent's token
inline Cell* close_to_children(Cell& parent) {
  if (parent.closed_to_children.load(std::memory_order_relaxed)) return nullptr;
  parent.closed_to_children.store(true, std::memory_order_relaxed);
  return take_out_left(parent);
}

/// Puts back the cells of those that were taken out. Not under the guard.
void put_back(Cell* taken_out) noexcept;

/// Any that hasn't left. Takes the guard itself. @pre the caller holds the parent's token
bool has_children(Cell& parent);

}  // namespace troupe::inline v0::detail

// An actor's list of children, in the order in which they were spawned.
//
// Thread-safety: under the parent's guard.
#pragma once

#include <utility>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

/// As the last child.
inline void append_child(Cell& child, Cell& parent) {
  child.previous_sibling = parent.last_child;
  child.next_sibling = nullptr;
  if (parent.last_child) parent.last_child->next_sibling = &child;
  parent.last_child = &child;
}

/// Takes it out of the list. The result: whether its parent waits for that.
inline ParentWaits let_go(Cell& child, Cell& parent) {
  if (child.previous_sibling) child.previous_sibling->next_sibling = child.next_sibling;
  if (child.next_sibling) child.next_sibling->previous_sibling = child.previous_sibling;
  if (parent.last_child == &child) parent.last_child = child.previous_sibling;
  child.previous_sibling = child.next_sibling = nullptr;
  return std::exchange(child.parent_waits, ParentWaits::no);
}

}  // namespace troupe::inline v0::detail

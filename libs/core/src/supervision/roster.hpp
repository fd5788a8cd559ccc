// A supervisor's view of one of its children.
#pragma once

#include <troupe/detail/supervision_services.hpp>

#include "supervision/supervised.hpp"
#include "supervision/supervision.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

/// What is kept of the child; null: it has ended, or is somebody else's. @pre the caller holds the
/// supervisor's tree guard, and as long as it does the result stands
inline Supervised* child_of(const Cell& supervisor, Address child) {
  // Of a child that nobody supervises only its own token holder may look at what it has.
  if (!supervision_of(supervisor)) return nullptr;
  // Once its gen is another's, it may have left the tree; before, it can't without the guard.
  if (!child.first->is(child.second) || child.first->parent != &supervisor || !child.first->extra)
    return nullptr;
  return child.first->extra->supervised.get();
}

inline Address address_of(Cell& child) { return {&child, child.gen.load(std::memory_order_relaxed)}; }

}  // namespace troupe::inline v0::detail

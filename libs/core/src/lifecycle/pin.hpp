// Keeps an actor where it is, for who looks at it from outside.
#pragma once

#include <troupe/detail/cell.hpp>

#include "lifecycle/tree_guard.hpp"

namespace troupe::inline v0::detail {

/// As long as it stands, and holds, the actor can't end: its path and what it keeps can be looked at, and its
/// parents stand. It has the guards of the actor and of its parent, from top to bottom, since the address of
/// most is void under the parent's alone; that of others, and of the root's children, under their own.
///
/// Thread-safety: any thread, at any time, that has no guard.
class Pin {
 public:
  Pin(Cell& cell, std::uint64_t gen) : above_(guarding_parent(cell)) {
    if (above_) {
      TreeGuard::lock(*above_);
      // Else the parent may be another actor's, who has moved in, and stand below it by now.
      if (!cell.is(gen)) return;
    }
    TreeGuard::lock(cell);
    own_ = &cell;
    holds_ = cell.is(gen);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  ~Pin() {
    if (own_) TreeGuard::unlock(*own_);
    if (above_) TreeGuard::unlock(*above_);
  }
  /// False: the actor has ended.
  bool holds() const { return holds_; }

 private:
  static Cell* guarding_parent(const Cell& cell) {
    Cell* const parent = cell.parent;
    return parent && parent->parent ? parent : nullptr;
  }

  Cell* const above_;
  Cell* own_ = nullptr;
  bool holds_ = false;
};

}  // namespace troupe::inline v0::detail

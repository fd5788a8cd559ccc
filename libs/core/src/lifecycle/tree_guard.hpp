// The lock of a cell's children and of its incarnation: held for a few instructions.
#pragma once

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

class TreeGuard {
 public:
  explicit TreeGuard(Cell& cell) : cell_(cell) {
    // acquire pairs with the release of whoever held it last.
    for (unsigned spins = 0; cell_.tree_guard.exchange(true, std::memory_order_acquire); ++spins) {
      Relax::pause(spins);
    }
  }
  TreeGuard(const TreeGuard&) = delete;
  TreeGuard& operator=(const TreeGuard&) = delete;
  ~TreeGuard() { cell_.tree_guard.store(false, std::memory_order_release); }

 private:
  Cell& cell_;
};

}  // namespace troupe::inline v0::detail

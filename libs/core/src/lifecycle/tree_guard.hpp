// The lock of a cell's children and of its incarnation: held for a few instructions.
#pragma once

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

class TreeGuard {
 public:
  explicit TreeGuard(Cell& cell) : cell_(cell) { lock(cell); }
  TreeGuard(const TreeGuard&) = delete;
  TreeGuard& operator=(const TreeGuard&) = delete;
  ~TreeGuard() { unlock(cell_); }

  // For who has more than one.
  static void lock(Cell& cell) {
    if (!try_lock(cell)) [[unlikely]]
      lock_slowly(cell);
  }
  static void unlock(Cell& cell) { cell.tree_guard.store(false, std::memory_order_release); }

 private:
  // acquire pairs with the release of whoever held it last.
  static bool try_lock(Cell& cell) { return !cell.tree_guard.exchange(true, std::memory_order_acquire); }
  [[gnu::noinline, gnu::cold]] static void lock_slowly(Cell& cell) {
    unsigned spins = 0;
    do {
      while (cell.tree_guard.load(std::memory_order_relaxed)) Relax::pause(spins++);
    } while (!try_lock(cell));
  }

  Cell& cell_;
};

}  // namespace troupe::inline v0::detail

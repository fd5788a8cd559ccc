#include "lifecycle/siblings.hpp"
#include <utility>

#include "lifecycle/tree_guard.hpp"
#include "memory/cells.hpp"

namespace troupe::inline v0::detail {

void put_back(Cell* taken_out) noexcept {
  while (taken_out) {
    Cell& cell = *std::exchange(taken_out, taken_out->ready_next);
    if (is_reusable(cell)) put_cell(cell);
  }
}

bool has_children(Cell& parent) {
  Cell* taken_out = nullptr;
  bool has_any = false;
  {
    const TreeGuard guard(parent);
    taken_out = take_out_left(parent);
    has_any = parent.last_child != nullptr;
  }
  put_back(taken_out);
  return has_any;
}

}  // namespace troupe::inline v0::detail

#include "memory/cells.hpp"

namespace troupe::inline v0::detail {

namespace {
/// The first that nobody is draining. Those that come before it go back afterwards, lest they come again.
template <class Pool>
auto& take_undrained() {
  auto* cell = Pool::take();
  Cell* busy = nullptr;
  for (; !cell->lanes.try_revive(); cell = Pool::take()) {
    cell->ready_next = busy;
    busy = cell;
  }
  while (busy) {
    Cell* next = busy->ready_next;
    put_cell(*busy);
    busy = next;
  }
  return *cell;
}
}  // namespace

Cell& take_another(Cell& busy) {
  Cell& cell = take_undrained<Cells>();
  put_cell(busy);
  return cell;
}

LockedCell& take_free_locked_cell() { return take_undrained<LockedCells>(); }

}  // namespace troupe::inline v0::detail

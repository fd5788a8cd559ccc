#include "lifecycle/departures.hpp"
#include <utility>

#include "lifecycle/siblings.hpp"
#include "lifecycle/tree_guard.hpp"
#include "memory/cells.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

namespace {

/// @pre the root's guard is had
void let_all_go(Cell* departed, Cell& root) {
  // The root doesn't wait for them. But it may have set out to kill all that were in its list.
  for (Cell* child = departed; child; child = child->ready_next) leave_siblings(*child, root);
}
void recycle(Cell* departed) noexcept {
  while (departed) Cells::put(std::exchange(departed, departed->ready_next));
}

[[gnu::noinline]] void let_many_go(Departures& departures, Cell& root, std::uint64_t root_gen) {
  Cell* departed = nullptr;
  {
    const TreeGuard guard(root);
    // It has let them go itself, if it has ended; perhaps another system has the runtime by now.
    if (!root.is(root_gen)) return;
    departed = departures.take();
    let_all_go(departed, root);
  }
  recycle(departed);
}

}  // namespace

bool depart(Cell& cell, Cell& root, Runtime& runtime) {
  Departures& departures = runtime.departures();
  // Read before the root may end, which has this child still.
  const std::uint64_t root_gen = root.gen.load(std::memory_order_relaxed);
  const Departures::Added added = departures.add(cell);
  if (added == Departures::Added::now_many) [[unlikely]]
    let_many_go(departures, root, root_gen);
  return added != Departures::Added::closed;
}

void close_departures(Cell& root) {
  Cell* departed = nullptr;
  {
    const TreeGuard guard(root);
    departed = root.group().runtime().departures().close();
    let_all_go(departed, root);
  }
  recycle(departed);
}

}  // namespace troupe::inline v0::detail

#include "lifecycle/birth.hpp"

#include <troupe/detail/inline_run.hpp>

#include "lifecycle/retire.hpp"
#include "lifecycle/siblings.hpp"
#include "scheduler/ready.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

namespace {

/// False: the token is the builder's from here on.
bool outwait_construction(Cell& cell) noexcept {
  // release: pairs with the acquire in take_early_token().
  cell.came_early.store(true, std::memory_order_release);
  heavy_fence();
  // acquire: what was built; pairs with the release in end_construction().
  return cell.built.load(std::memory_order_acquire) && take_early_token(cell);
}

}  // namespace

bool run_unborn(Cell& cell) {
  if (!outwait_construction(cell)) return false;
  if (cell.condition.life == Life::stillborn) {
    abandon_unborn(cell);
  } else {
    // Not in this activation: it may be another actor's cell by now, of another group.
    schedule(cell);
  }
  return false;
}

void leave_to_builder(Cell& target) { run_unborn(target); }

void abandon_unborn(Cell& cell) {
  if (!has_children(cell)) return retire_unborn(cell);
  // What the constructor has spawned has to stop first, as for any actor. The name is free at once: nothing
  // of this name ever lived.
  if (cell.path) cell.group().runtime().names().remove(*cell.path, cell);
  cell.condition.leave_running(Life::stopping, StopReason::failed);
  make_ready(cell);
}

}  // namespace troupe::inline v0::detail

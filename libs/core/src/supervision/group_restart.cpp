// The restart of several children: down from the last to the first, then up from the first to the last. The
// walk is level-triggered: each call looks where it has got to, and goes on as far as the children let it.
#include <algorithm>
#include <utility>

#include "lifecycle/control.hpp"
#include "lifecycle/tree_guard.hpp"
#include "supervision/child.hpp"
#include "supervision/letters.hpp"
#include "supervision/roster.hpp"
#include "supervision/supervision.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

namespace {

enum class Step : std::uint8_t { done, wait, take_down, remove, start, rebuild };
struct Next {
  Step step = Step::done;
  Address child{};
};

struct GroupDue : Envelope {
  using Envelope::Envelope;
  std::uint64_t number = 0;
};
void handle_group_due(Cell& cell, Envelope& envelope);
constexpr const MessageOps& group_due_ops = Control<handle_group_due>::ops_for<GroupDue>;

/// Backwards to the next child that is still up.
Next next_down(Cell& supervisor, Supervision& mine) {
  const TreeGuard guard(supervisor);
  for (; mine.at && mine.at->ordinal >= mine.from; mine.at = mine.at->previous_sibling) {
    Supervised* child = child_of(supervisor, address_of(*mine.at));
    if (!child) return {Step::wait, {}};  // on its way out: who leaves the list is stepped over
    switch (child->phase) {
      case Phase::down:
        continue;
      case Phase::falling:
      case Phase::leaving:
        return {Step::wait, {}};
      default:
        break;
    }
    const bool for_good = child->restart == Restart::temporary;
    child->phase = for_good ? Phase::leaving : Phase::falling;
    return {for_good ? Step::remove : Step::take_down, address_of(*mine.at)};
  }
  return {};
}

/// Forwards to the next child that is still down.
Next next_up(Cell& supervisor, Supervision& mine) {
  const TreeGuard guard(supervisor);
  for (; mine.at; mine.at = mine.at->next_sibling) {
    Supervised* child = child_of(supervisor, address_of(*mine.at));
    if (!child) return {Step::wait, {}};
    if (child->phase == Phase::up || child->phase == Phase::leaving) continue;
    // One that was spawned, and failed, while the supervisor itself was down is seen to now.
    const bool failed = child->phase == Phase::failed;
    if (child->phase != Phase::down && !failed) return {Step::wait, {}};
    child->phase = Phase::rising;
    return {failed ? Step::rebuild : Step::start, address_of(*mine.at)};
  }
  mine.stage = Stage::none;
  return {};
}

void begin_walk(Cell& supervisor, Supervision& mine, Stage stage) {
  const TreeGuard guard(supervisor);
  mine.stage = stage;
  mine.at = supervisor.last_child;
  if (stage != Stage::rising) return;
  // Back to the first of the group: once for each restart of a group.
  while (mine.at && mine.at->ordinal >= mine.from && mine.at->previous_sibling &&
         mine.at->previous_sibling->ordinal >= mine.from) {
    mine.at = mine.at->previous_sibling;
  }
  if (mine.at && mine.at->ordinal < mine.from) mine.at = mine.at->next_sibling;
}

/// True: all are down.
bool go_on_down(Cell& supervisor, Supervision& mine) {
  for (;;) {
    const Next next = next_down(supervisor, mine);
    switch (next.step) {
      case Step::take_down:
        order_take_down(next.child,
                        mine.delay > mine.delay.zero() ? now_of(supervisor) + mine.delay : SteadyTime{});
        return false;
      case Step::remove:
        order_remove(next.child);
        return false;
      case Step::done:
        return true;
      default:
        return false;
    }
  }
}

/// True: all are up.
bool go_on_up(Cell& supervisor, Supervision& mine) {
  const Next next = next_up(supervisor, mine);
  if (next.step == Step::rebuild) order_take_down(next.child, {});
  if (next.step == Step::rebuild || next.step == Step::start) order_start(next.child);
  return next.step == Step::done;
}

void wait_or_rise(Cell& supervisor, Supervision& mine) {
  if (mine.delay <= mine.delay.zero()) return begin_walk(supervisor, mine, Stage::rising);
  begin_walk(supervisor, mine, Stage::waiting);
  auto* due = make_envelope<GroupDue>(&group_due_ops, supervisor.gen.load(std::memory_order_relaxed));
  due->number = mine.group_restarts;
  mine.group_timer = supervisor.group().runtime().timers().arm(
      mine.delay, {.target = &supervisor, .envelope = due, .as_signal = true});
}

void handle_group_due(Cell& cell, Envelope& envelope) {
  Supervision& mine = *supervision_of(cell);
  if (mine.stage != Stage::waiting || static_cast<GroupDue&>(envelope).number != mine.group_restarts) return;
  begin_walk(cell, mine, Stage::rising);
  advance_group(cell);
}

}  // namespace

void restart_group(Cell& supervisor, std::uint32_t from, std::chrono::nanoseconds delay) {
  Supervision& mine = *supervision_of(supervisor);
  // A failure while a group restarts: both groups are one, and begin anew.
  mine.from = mine.stage == Stage::none ? from : std::min(mine.from, from);
  mine.delay = delay;
  ++mine.group_restarts;
  supervisor.group().runtime().timers().cancel(std::exchange(mine.group_timer, {}));
  begin_walk(supervisor, mine, Stage::falling);
}

void advance_group(Cell& supervisor) {
  Supervision& mine = *supervision_of(supervisor);
  if (mine.stage == Stage::falling && go_on_down(supervisor, mine)) wait_or_rise(supervisor, mine);
  if (mine.stage != Stage::rising || !go_on_up(supervisor, mine)) return;
  if (std::exchange(mine.owes_up, false)) tell_up(supervisor);
}

void abandon_group(Cell& supervisor) {
  Supervision& mine = *supervision_of(supervisor);
  supervisor.group().runtime().timers().cancel(std::exchange(mine.group_timer, {}));
  const TreeGuard guard(supervisor);
  mine.stage = Stage::none;
  mine.at = nullptr;
}

bool all_down(Cell& supervisor) {
  Supervision& mine = *supervision_of(supervisor);
  if (mine.stage != Stage::falling || mine.from != 0) restart_group(supervisor, 0, {});
  if (!go_on_down(supervisor, mine)) return false;
  abandon_group(supervisor);
  mine.window.clear();
  return true;
}

void raise_all(Cell& supervisor) {
  Supervision& mine = *supervision_of(supervisor);
  mine.from = 0;
  mine.owes_up = true;
  begin_walk(supervisor, mine, Stage::rising);
  advance_group(supervisor);
}

bool leave_supervisor(const Cell& child, const Supervised& kept) {
  Supervision& mine = kept.boss;
  if (mine.at == &child)
    mine.at = mine.stage == Stage::rising ? child.next_sibling.get() : child.previous_sibling;
  if (kept.significant) --mine.significant;
  return kept.significant || mine.stage != Stage::none;
}

}  // namespace troupe::inline v0::detail

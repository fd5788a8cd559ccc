#include "lifecycle/stop.hpp"
#include <string>
#include <utility>
#include <vector>

#include <troupe/detail/context.hpp>
#include <troupe/detail/ref_services.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/detail/turn.hpp>
#include <troupe/ports/log.hpp>

#include "lifecycle/control.hpp"
#include "lifecycle/retire.hpp"
#include "lifecycle/tree_guard.hpp"
#include "observe/control_trace.hpp"
#include "observe/describe.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {

void handle_stop(Cell& cell, Envelope&) { begin_stop(cell, StopReason::stopped); }
void handle_kill(Cell& cell, Envelope&) { begin_stop(cell, StopReason::killed); }
constexpr const MessageOps& stop_ops = Control<handle_stop>::ops_for<Envelope>;
constexpr const MessageOps& kill_ops = Control<handle_kill>::ops_for<Envelope>;

using Address = std::pair<Cell*, std::uint64_t>;

constexpr std::uint32_t no_shutdown_deadline = ~0u;

/// The child that is waited for has used up its time. The signal may come when it has just ended after all,
/// and the next one is waited for.
struct ChildDeadline : Envelope {
  using Envelope::Envelope;
  Address child{};
};
void handle_child_deadline(Cell& cell, Envelope& envelope) {
  Cell* child = nullptr;
  std::uint64_t gen = 0;
  {
    const TreeGuard guard(cell);
    child = cell.last_child;
    if (child) gen = child->gen.load(std::memory_order_relaxed);
  }
  if (!child || static_cast<ChildDeadline&>(envelope).child != Address{child, gen}) return;
  cell.extras().child_deadline = {};
  cell.group().runtime().log().write(
      LogLevel::warning, describe(*child, gen) + " did not stop within its shutdown deadline: it is killed");
  send_kill(*child, gen);
}
constexpr const MessageOps& child_deadline_ops = Control<handle_child_deadline>::ops_for<ChildDeadline>;

/// Asks the child started last to stop, unless it was asked already. False: there is no child.
bool stop_last_child(Cell& cell) {
  Address child{};
  bool told = false;
  std::uint32_t deadline_ms = 0;
  {
    const TreeGuard guard(cell);
    cell.closed_to_children = true;
    if (!cell.last_child) return false;
    child = {cell.last_child, cell.last_child->gen.load(std::memory_order_relaxed)};
    deadline_ms = cell.last_child->shutdown_ms;
    told = std::exchange(cell.last_child->parent_waits, true);
  }
  if (told) return true;
  Extra& extra = cell.extras();
  Runtime& runtime = cell.group().runtime();
  runtime.timers().cancel(std::exchange(extra.child_deadline, {}));
  if (deadline_ms != no_shutdown_deadline) {
    auto* signal =
        make_envelope<ChildDeadline>(&child_deadline_ops, cell.gen.load(std::memory_order_relaxed));
    signal->child = child;
    extra.child_deadline = runtime.timers().arm(std::chrono::milliseconds(deadline_ms),
                                                {.target = &cell, .envelope = signal, .as_signal = true});
  }
  send_stop(*child.first, child.second);
  return true;
}

bool kill_children(Cell& cell) {
  std::vector<Address> victims;
  {
    const TreeGuard guard(cell);
    cell.closed_to_children = true;
    for (Cell* child = cell.last_child; child; child = child->previous_sibling) {
      // Told already to stop is not yet told to die; dying twice does no harm.
      child->parent_waits = true;
      victims.emplace_back(child, child->gen.load(std::memory_order_relaxed));
    }
  }
  for (auto [child, gen] : victims) send_kill(*child, gen);
  return !victims.empty();
}

/// Turns that will never go on: their asks fail, their locals are destroyed.
void discard_turns(Cell& cell) {
  Drop why = drop_reason(cell);
  const std::string path = path_of(cell);
  why.path = path;
  while (Turn* turn = cell.turns) {
    unlist_turn(cell, *turn);
    Running running{&cell, turn, turn->envelope, false};
    const TurnScope scope(running);
    if (turn->traced_message != 0) trace_discard(cell, turn->traced_message, *turn->envelope->ops);
    turn->discard(*turn, why);
  }
}

}  // namespace

void send_stop(Cell& cell, std::uint64_t gen) {
  if (!cell.is(gen)) return;
  tell_tracer(cell, gen, "stop");
  send(cell, make_envelope<Envelope>(&stop_ops, gen));
}

void send_kill(Cell& cell, std::uint64_t gen) {
  if (!cell.is(gen)) return;
  tell_tracer(cell, gen, "kill");
  send_signal(cell, make_envelope<Envelope>(&kill_ops, gen));
}

void begin_stop(Cell& cell, StopReason reason) {
  if (cell.condition.life == Life::stopping) {
    if (reason != StopReason::killed || cell.condition.reason == StopReason::killed) return;
    // Patience has ended: what still stops in order is killed.
    if (cell.condition.reason == StopReason::stopped) cell.condition.reason = StopReason::killed;
    kill_children(cell);
    return;
  }
  cell.condition.reason = reason;
  // Asked to stop in order, a reentrant actor first lets its other turns end.
  cell.condition.life = reason == StopReason::stopped && cell.turns ? Life::draining : Life::stopping;
  if (reason == StopReason::killed) kill_children(cell);
}

bool advance_stop(Cell& cell) {
  if (cell.condition.life == Life::draining) {
    if (cell.turns) return false;
    cell.condition.life = Life::stopping;
  }
  if (cell.turns) discard_turns(cell);
  if (stop_last_child(cell)) return false;
  retire(cell);
  return true;
}

}  // namespace troupe::inline v0::detail

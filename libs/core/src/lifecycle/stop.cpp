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
#include "lifecycle/departures.hpp"
#include "lifecycle/link.hpp"
#include "lifecycle/retire.hpp"
#include "lifecycle/siblings.hpp"
#include "lifecycle/tree_guard.hpp"
#include "mailbox/locked_cell.hpp"
#include "mailbox/overflow.hpp"
#include "observe/control_trace.hpp"
#include "observe/describe.hpp"
#include "supervision/child.hpp"
#include "supervision/letters.hpp"
#include "supervision/policy.hpp"
#include "supervision/roster.hpp"
#include "supervision/supervision.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {

void handle_stop(Cell& cell, Envelope&) { begin_stop(cell, StopReason::stopped); }
void handle_kill(Cell& cell, Envelope&) { begin_stop(cell, StopReason::killed); }
constexpr const MessageOps& stop_ops = Control<handle_stop>::ops_for<Envelope>;
constexpr const MessageOps& kill_ops = Control<handle_kill>::ops_for<Envelope>;

/// A supervised actor that has no object at the moment can't come to its stop in the mailbox.
void handle_stop_wanted(Cell& cell, Envelope&) {
  if (Supervised* mine = supervised(cell)) want_stop(cell, *mine);
}
constexpr const MessageOps& stop_wanted_ops = Control<handle_stop_wanted>::ops_for<Envelope>;

constexpr std::uint32_t no_shutdown_deadline = ~0u;

/// The child that is waited for has used up its time. The signal may come when it has just ended after all,
/// and the next one is waited for.
struct ChildDeadline : Envelope {
  using Envelope::Envelope;
  Address child{};
};
void handle_child_deadline(Cell& cell, Envelope& envelope) {
  const Address child = static_cast<ChildDeadline&>(envelope).child;
  {
    const TreeGuard guard(cell);
    if (!child.first->is(child.second) || child.first->parent != &cell) return;
    if (child.first->parent_waits != ParentWaits::yes) return;
    child.first->parent_waits = ParentWaits::no_longer;
  }
  cell.extras().child_deadline = {};
  cell.group().runtime().log().write(
      LogLevel::warning,
      describe(*child.first, child.second) + " did not stop within its shutdown deadline: it is killed");
  send_kill(*child.first, child.second);
}
constexpr const MessageOps& child_deadline_ops = Control<handle_child_deadline>::ops_for<ChildDeadline>;

enum class HowToStop : std::uint8_t {
  none_left,
  wait,
  in_order,  ///< by a stop in its mailbox
  at_once,   ///< kill: its deadline is zero
  removed,   ///< it waits for its supervisor's word
};
struct StopNext {
  HowToStop how = HowToStop::none_left;
  Address child{};
  std::uint32_t deadline_ms = 0;
};

/// Under an actor only its own turns spawn, so it knows without the guard; under a supervisor and the root
/// anybody may.
bool never_had_children(const Cell& cell) {
  return cell.parent && !supervision_of(cell) && cell.next_child_ordinal == 0;
}

/// The youngest child that still has to be asked to stop. Those that were killed since their time was up
/// aren't waited for by their siblings, only by their parent. @pre the guard is had
StopNext choose_youngest(Cell& cell) {
  if (!cell.last_child) return {};
  Cell* child = cell.last_child;
  while (child && child->parent_waits == ParentWaits::no_longer) child = child->previous_sibling;
  if (!child || child->parent_waits == ParentWaits::yes) return {HowToStop::wait, {}, 0};
  child->parent_waits = ParentWaits::yes;
  StopNext next{HowToStop::in_order, address_of(*child), child->shutdown_ms};
  if (next.deadline_ms == 0) {
    next.how = HowToStop::at_once;
    child->parent_waits = ParentWaits::no_longer;
  }
  if (Supervised* kept = child_of(cell, next.child)) {
    if (kept->phase == Phase::failed || kept->phase == Phase::down) next.how = HowToStop::removed;
    kept->phase = Phase::leaving;
  }
  return next;
}

StopNext choose_next(Cell& cell) {
  if (never_had_children(cell)) {
    cell.closed_to_children.store(true, std::memory_order_relaxed);
    return {};
  }
  StopNext next;
  Cell* left = nullptr;
  {
    const TreeGuard guard(cell);
    left = close_to_children(cell);
    next = choose_youngest(cell);
  }
  put_back(left);
  return next;
}

void arm_child_deadline(Cell& cell, const StopNext& next) {
  Extra& extra = cell.extras();
  Runtime& runtime = cell.group().runtime();
  runtime.timers().cancel(std::exchange(extra.child_deadline, {}));
  if (next.deadline_ms == no_shutdown_deadline || next.how == HowToStop::at_once) return;
  auto* signal = make_envelope<ChildDeadline>(&child_deadline_ops, cell.gen.load(std::memory_order_relaxed));
  signal->child = next.child;
  extra.child_deadline = runtime.timers().arm(std::chrono::milliseconds(next.deadline_ms),
                                              {.target = &cell, .envelope = signal, .as_signal = true});
}

/// Asks the next children to stop, the youngest first, until one has to be waited for. False: there is none
/// left.
bool stop_children(Cell& cell) {
  if (!cell.parent) close_departures(cell);
  for (;;) {
    const StopNext next = choose_next(cell);
    if (next.how == HowToStop::none_left) return false;
    if (next.how == HowToStop::wait) return true;
    arm_child_deadline(cell, next);
    switch (next.how) {
      case HowToStop::at_once:
        send_kill(*next.child.first, next.child.second);
        continue;
      case HowToStop::removed:
        order_remove(next.child);
        return true;
      default:
        send_stop(*next.child.first, next.child.second);
        return true;
    }
  }
}

void kill_children(Cell& cell) {
  std::vector<Address> victims;
  std::vector<Address> without_object;
  Cell* left = nullptr;
  {
    const TreeGuard guard(cell);
    left = close_to_children(cell);
    for (Cell* child = cell.last_child; child; child = child->previous_sibling) {
      // Told already to stop is not yet told to die; dying twice does no harm.
      child->parent_waits = ParentWaits::no_longer;
      const Address address = address_of(*child);
      Supervised* kept = child_of(cell, address);
      // One that waits for a word would wait on: a permanent one isn't ended by a kill.
      const bool waits = kept && (kept->phase == Phase::failed || kept->phase == Phase::down);
      if (kept) kept->phase = Phase::leaving;
      (waits ? without_object : victims).push_back(address);
    }
  }
  put_back(left);
  for (auto [child, gen] : victims) send_kill(*child, gen);
  for (const Address& child : without_object) order_remove(child);
}

/// What the locals of a turn send when they are destroyed is no turn's.
class WithoutTags {
 public:
  explicit WithoutTags(Cell& cell)
      : cell_(cell), tags_(cell.extra ? std::exchange(cell.extra->tags, nullptr) : nullptr) {
    context.tag = 0;
  }
  WithoutTags(const WithoutTags&) = delete;
  WithoutTags& operator=(const WithoutTags&) = delete;
  ~WithoutTags() {
    if (tags_) cell_.extra->tags = tags_;
  }

 private:
  Cell& cell_;
  Tags* tags_;
};

/// Turns that will never go on: their asks fail, their locals are destroyed.
void discard_turns(Cell& cell) {
  Drop why = drop_reason(cell);
  const std::string path = path_of(cell);
  why.path = path;
  cell.waits_for.store(0, std::memory_order_relaxed);
  while (Turn* turn = cell.turns) {
    unlist_turn(cell, *turn);
    Running running{&cell, turn, turn->envelope, false};
    const TurnScope scope(running);
    if (turn->traced_message != 0) trace_discard(cell, turn->traced_message, *turn->envelope->ops);
    const WithoutTags untagged(cell);
    turn->discard(*turn, why);
  }
}

/// Whether the caller is a turn of this very actor, and nothing is in its mailbox: then its wish needs no
/// message to wait its turn in.
bool may_note_stop(const Cell& cell) {
  if (context.running->cell != &cell || !cell.condition.is_plain() || cell.lanes.has_user()) return false;
  return !(cell.home.load(std::memory_order_relaxed) & Cell::supervised) && !tracing();
}

/// By a message. Apart from send_stop(), for the sake of its registers.
[[gnu::noinline]] void post_stop(Cell& cell, std::uint64_t gen) {
  // Read before the stop is sent, which may end the actor.
  const bool may_be_down = cell.home.load(std::memory_order_relaxed) & Cell::supervised;
  tell_tracer(cell, gen, "stop");
  send(cell, make_envelope<Envelope>(&stop_ops, gen));
  if (may_be_down) send_signal(cell, make_envelope<Envelope>(&stop_wanted_ops, gen));
}

/// Nothing but its object has to end: most actors.
bool is_alone(const Cell& cell) { return !cell.turns && !cell.extra && never_had_children(cell); }

void end_alone(Cell& cell) {
  cell.closed_to_children.store(true, std::memory_order_relaxed);
  retire(cell);
}

/// Apart from end_at_own_wish(), for the sake of its registers.
[[gnu::noinline]] bool end_with_others(Cell& cell) {
  begin_stop(cell, StopReason::stopped);
  return advance_stop(cell);
}

}  // namespace

void send_stop(Cell& cell, std::uint64_t gen) {
  if (!cell.is(gen)) return;
  if (may_note_stop(cell)) {
    cell.condition.change([](Condition& now) { now.stops_itself = true; });
  } else {
    post_stop(cell, gen);
  }
}

void send_kill(Cell& cell, std::uint64_t gen) {
  if (!cell.is(gen)) return;
  tell_tracer(cell, gen, "kill");
  send_signal(cell, make_envelope<Envelope>(&kill_ops, gen));
}

void begin_stop(Cell& cell, StopReason reason) {
  if (Supervised* mine = supervised(cell); mine && asks_first(cell, *mine, reason)) return;
  if (reason == StopReason::killed) break_links(cell, nullptr);
  if (cell.condition.life == Life::stopping) {
    if (reason != StopReason::killed || cell.condition.reason == StopReason::killed) return;
    // Patience has ended: what still stops in order is killed.
    if (cell.condition.reason == StopReason::stopped) cell.condition.reason = StopReason::killed;
    kill_children(cell);
    return;
  }
  // Asked to stop in order, a reentrant actor first lets its other turns end.
  const bool drains = reason == StopReason::stopped && cell.turns;
  cell.condition.leave_running(drains ? Life::draining : Life::stopping, reason);
  if (reason == StopReason::killed) kill_children(cell);
  if (cell.condition.locked) refuse_waiters(cell, drop_reason(cell));
}

bool advance_stop(Cell& cell) {
  if (cell.condition.life == Life::stopping && is_alone(cell)) [[likely]] {
    end_alone(cell);
    return true;
  }
  // Its other turns have no object any more that they could go on with.
  if (cell.condition.life == Life::failed && cell.turns) discard_turns(cell);
  if (cell.condition.life == Life::draining) {
    if (cell.turns) return false;
    cell.condition.life = Life::stopping;
  }
  // Again for an object that could not be built, and whose constructor has left children behind.
  while (cell.condition.life == Life::stopping) {
    if (cell.turns) discard_turns(cell);
    Supervised* const mine = supervised(cell);
    const bool falls = mine && mine->falling;
    const Supervision* const own = supervision_of(cell);
    if (falls && own && own->pure) {
      if (!all_down(cell)) return false;
    } else if (stop_children(cell)) {
      return false;
    }
    if (!falls) {
      retire(cell);
      return true;
    }
    go_down(cell, *mine);
  }
  return false;
}

bool end_at_own_wish(Cell& cell) {
  if (!is_alone(cell)) return end_with_others(cell);
  cell.condition.leave_running(Life::stopping, StopReason::stopped);
  end_alone(cell);
  return true;
}

// --- a child's end ----------------------------------------------------------------------------------------

namespace {

struct ChildGone : Envelope {
  using Envelope::Envelope;
  bool significant = false;
};
/// A parent that stops looks at its children when it is awake, so there is nothing more to do.
void handle_child_gone(Cell& cell, Envelope& envelope) {
  if (supervision_of(cell) && cell.condition.life == Life::running)
    hear_of_end(cell, static_cast<ChildGone&>(envelope).significant);
}
constexpr const MessageOps& child_gone_ops = Control<handle_child_gone>::ops_for<ChildGone>;

}  // namespace

void tell_child_gone(Cell& parent, std::uint64_t parent_gen, bool significant) {
  auto* signal = make_envelope<ChildGone>(&child_gone_ops, parent_gen);
  signal->significant = significant;
  tell_tracer(parent, parent_gen, "end of a child");
  send_signal(parent, signal);
}

}  // namespace troupe::inline v0::detail

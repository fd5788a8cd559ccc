#include "supervision/child.hpp"
#include <string>
#include <utility>

#include <troupe/detail/context.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/ports/log.hpp>

#include "lifecycle/link.hpp"
#include "lifecycle/retire.hpp"
#include "lifecycle/stop.hpp"
#include "lifecycle/tree_guard.hpp"
#include "observe/describe.hpp"
#include "supervision/letters.hpp"
#include "supervision/orders_carried_out.hpp"
#include "supervision/supervision.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {

void publish(Cell& cell, SupervisionKind kind, std::string_view message, const std::exception_ptr& cause) {
  const Supervised* mine = supervised(cell);
  cell.group().runtime().supervision_events().publish(cell, kind, message, cause, mine ? mine->restarts : 0);
}

Decision ask_rule(const Cell& cell, const Supervised& mine, const std::exception_ptr& cause) {
  const auto& rule = mine.boss.options.decide;
  if (!rule) return Decision::restart;
  try {
    return rule(cause);
  } catch (...) {
    cell.group().runtime().log().write(
        LogLevel::error, "the `decide` of the supervisor of " + describe_actor(cell) + " threw " +
                             describe_exception(std::current_exception()) +
                             ", so the actor is restarted: let it return a Decision for every cause");
    return Decision::restart;
  }
}

Decision decide(const Cell& cell, const Supervised& mine, StopReason reason,
                const std::exception_ptr& cause) {
  const Decision decision = ask_rule(cell, mine, cause);
  // A supervisor that has given up has nothing that it could go on with.
  return reason == StopReason::escalated && decision == Decision::resume ? Decision::restart : decision;
}

void note_cause(Cell& cell, Supervised& mine, std::string text) {
  const TreeGuard guard(cell);
  mine.last_cause.swap(text);  // the old text is freed outside of the guard
}

/// From now on it holds its mail, and waits for its supervisor's word.
void wait_for_word(Cell& cell, Supervised& mine, StopReason reason) {
  cell.condition.reason = reason;
  cell.condition.life = Life::failed;
  const TreeGuard guard(cell);
  mine.looks_down = true;
}

void tell_restarting(Cell& cell) noexcept {
  if (!cell.ops->restarting) return;
  Running running{&cell, nullptr, nullptr, false};
  const OutOfTurnScope scope(running);
  try {
    cell.ops->restarting(cell.object, PreRestart{cell.extra->cause});
  } catch (...) {
    cell.group().runtime().log().write(
        LogLevel::error,
        describe_actor(cell) + " threw from on(PreRestart): " + describe_exception(std::current_exception()));
  }
}

/// What belongs to the object, and not to the actor.
void renew_extra(Cell& cell, Extra& extra) {
  Runtime& runtime = cell.group().runtime();
  for (ActorTimer& timer : extra.timers) runtime.timers().cancel(timer.ticket);
  extra.timers.clear();
  for (const Watched& watched : extra.watched) stop_watching(cell, *watched.cell, watched.gen);
  extra.watched.clear();
  end_links(cell);
  // The new object knows of no stash: what is in it came before what waits in front, and in the mailbox.
  extra.front.insert(extra.front.begin(), extra.stash.begin(), extra.stash.end());
  extra.stash.clear();
}

void open_to_children(Cell& cell) {
  const TreeGuard guard(cell);
  cell.closed_to_children.store(false, std::memory_order_relaxed);
}

void count_restart(Cell& cell, Supervised& mine) {
  const Intensity& intensity = mine.boss.options.intensity;
  const SteadyTime now = now_of(cell);
  const TreeGuard guard(cell);
  mine.looks_down = false;
  mine.next_attempt = {};
  ++mine.restarts;
  mine.recent.note(now, intensity);
}

/// Its new object lives: it handles its first message, what failed before, what was stashed, and the mailbox.
void live_again(Cell& cell, Supervised& mine, void* object) {
  Extra& extra = *cell.extra;
  extra.cause = nullptr;
  cell.object = object;
  cell.condition.life = Life::running;
  cell.condition.reason = StopReason::stopped;
  mine.falling = mine.stop_wanted = false;
  extra.front.insert(extra.front.begin(), extra.retries.begin(), extra.retries.end());
  extra.retries.clear();
  if (cell.ops->started) extra.front.push_front(cell.ops->started(cell));
  cell.condition.has_front = !extra.front.empty();
  count_restart(cell, mine);
  publish(cell, SupervisionKind::restarted, {}, nullptr);
  if (const Supervision* own = supervision_of(cell); own && own->pure) return raise_all(cell);
  tell_up(cell);
}

/// What its constructor may have spawned stops first, as for any actor; then it is down again.
void fall_back(Cell& cell, Supervised& mine, std::exception_ptr cause) {
  std::string text = describe_exception(cause);
  if (Log& log = cell.group().runtime().log(); log.wants(LogLevel::error))
    log.write(LogLevel::error, describe_actor(cell) + " can't be restarted: " + text);
  note_cause(cell, mine, std::move(text));
  publish(cell, SupervisionKind::failed, {}, cause);
  cell.extra->cause = cause;
  cell.condition.reason = StopReason::failed;
  mine.start_failure = std::move(cause);
  mine.falling = true;
  cell.condition.life = Life::stopping;
}

void start(Cell& cell, Supervised& mine) {
  mine.start_due = false;
  // Stopped or killed while it was down: its supervisor may have sent the order before it heard of that. One
  // that ends by its supervisor's order needs no other word: of a permanent one that would be to start again.
  if (mine.ordered) return remove_for_good(cell);
  if (mine.settled) return tell_supervisor(cell, News::ended);
  open_to_children(cell);
  void* object = nullptr;
  try {
    object = mine.maker->make(cell);
  } catch (...) {
    return fall_back(cell, mine, std::current_exception());
  }
  live_again(cell, mine, object);
}

}  // namespace

Supervised* supervised_in(const Extra& extra) { return extra.supervised.get(); }

void tell_up(Cell& cell) { tell_supervisor(cell, News::up); }

void fail_supervised(Cell& cell, Supervised& mine, const MessageOps& message, std::exception_ptr cause,
                     std::string text, StopReason reason) {
  note_cause(cell, mine, std::move(text));
  publish(cell, SupervisionKind::failed, message.message, cause);
  // Another turn of a reentrant actor: the first failure is seen to already.
  if (cell.condition.life == Life::failed || mine.falling) return;
  // Asked to stop, it isn't started again for having failed on its way.
  Decision decision = Decision::stop;
  if (cell.condition.life == Life::running && !mine.settled) decision = decide(cell, mine, reason, cause);
  if (decision == Decision::resume) {
    if (Log& log = cell.group().runtime().log(); log.wants(LogLevel::info))
      log.write(LogLevel::info, describe_actor(cell) + " resumes");
    return publish(cell, SupervisionKind::resumed, message.message, cause);
  }
  cell.extra->cause = cause;
  break_links(cell, cause);
  if (decision == Decision::escalate) {
    wait_for_word(cell, mine, reason);
    return tell_supervisor(cell, News::escalates, std::move(cause));
  }
  if (decision == Decision::restart && mine.restart != Restart::temporary) {
    wait_for_word(cell, mine, reason);
    return tell_supervisor(cell, News::failed, std::move(cause));
  }
  mine.settled = true;
  publish(cell, SupervisionKind::stopped, message.message, cause);
  begin_stop(cell, reason);
}

bool asks_first(Cell& cell, Supervised& mine, StopReason reason) {
  const bool for_ever = mine.restart == Restart::permanent;
  switch (cell.condition.life) {
    case Life::failed:
    case Life::down:
      // Killed while it waits: one that is started again after any end is so after this one.
      if (!for_ever && !std::exchange(mine.settled, true)) tell_supervisor(cell, News::ended);
      return true;
    case Life::running:
      if (!for_ever || mine.settled) return false;
      wait_for_word(cell, mine, reason);
      tell_supervisor(cell, News::ended);
      return true;
    case Life::stopping:
      if (mine.falling && reason == StopReason::killed && !for_ever) {
        mine.falling = false;
        mine.settled = true;
      }
      return false;
    default:
      return false;
  }
}

void want_stop(Cell& cell, Supervised& mine) {
  // It will come to the stop in its mailbox, and be started once more.
  if (mine.restart == Restart::permanent && !mine.ordered) return;
  if (cell.condition.life == Life::down && !mine.start_due) {
    if (!std::exchange(mine.settled, true)) tell_supervisor(cell, News::ended);
  } else if (cell.condition.life != Life::running) {
    mine.stop_wanted = true;
  }
}

void go_down(Cell& cell, Supervised& mine) {
  if (cell.object) {
    tell_restarting(cell);
    destroy_object(cell);
  }
  renew_extra(cell, *cell.extra);
  cell.condition.life = Life::down;
  cell.condition.suspended = cell.condition.held = false;
  if (mine.stop_wanted && !mine.start_due) {
    mine.settled = true;
    mine.start_failure = nullptr;
    return tell_supervisor(cell, News::ended);
  }
  if (mine.start_failure) {
    tell_supervisor(cell, News::start_failed, std::exchange(mine.start_failure, nullptr));
  } else {
    tell_supervisor(cell, News::down);
  }
  if (mine.start_due) start(cell, mine);
}

// --- orders -----------------------------------------------------------------------------------------------

void take_down(Cell& cell, SteadyTime next_attempt) {
  Supervised& mine = *cell.extra->supervised;
  {
    const TreeGuard guard(cell);
    mine.looks_down = true;
    mine.next_attempt = next_attempt;
  }
  switch (cell.condition.life) {
    case Life::running:
    case Life::draining:
    case Life::failed:
      mine.falling = true;
      cell.condition.life = Life::stopping;
      return;
    case Life::down:
      return tell_supervisor(cell, News::down);
    default:
      mine.start_due = false;  // on its way: an earlier order to start again was meant for before this one
  }
}

void start_or_note(Cell& cell) {
  Supervised& mine = *cell.extra->supervised;
  if (cell.condition.life == Life::down) return start(cell, mine);
  if (cell.condition.life == Life::running) return tell_up(cell);
  mine.start_due = mine.falling;
}

void remove_for_good(Cell& cell) {
  Supervised& mine = *cell.extra->supervised;
  mine.settled = mine.ordered = true;
  mine.falling = mine.start_due = false;
  if (cell.condition.life == Life::running) return begin_stop(cell, StopReason::stopped);
  cell.condition.life = Life::stopping;
}

void settle(Cell& cell) {
  Supervised& mine = *cell.extra->supervised;
  mine.settled = mine.ordered = true;
  if (cell.condition.life == Life::failed || cell.condition.life == Life::down) remove_for_good(cell);
}

void keep_maker(Cell& cell, std::unique_ptr<Maker> maker) {
  cell.extra->supervised->maker = std::move(maker);
}

}  // namespace troupe::inline v0::detail

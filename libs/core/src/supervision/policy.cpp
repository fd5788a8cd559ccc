#include "supervision/policy.hpp"
#include <string>
#include <utility>

#include <troupe/ports/log.hpp>

#include "lifecycle/control.hpp"
#include "lifecycle/stop.hpp"
#include "lifecycle/tree_guard.hpp"
#include "observe/control_trace.hpp"
#include "observe/describe.hpp"
#include "supervision/backoff.hpp"
#include "supervision/child.hpp"
#include "supervision/roster.hpp"
#include "supervision/supervision.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

namespace {

/// The wait of a single child is over.
struct RestartDue : Envelope {
  using Envelope::Envelope;
  Cell* child = nullptr;
  std::uint64_t child_gen = 0;
  std::uint32_t failures = 0;  ///< of the child, when the wait began
};
void handle_restart_due(Cell& cell, Envelope& envelope) {
  const auto& due = static_cast<RestartDue&>(envelope);
  if (cell.condition.life != Life::running) return;  // its own restart, or end, sees to all of its children
  {
    const TreeGuard guard(cell);
    Supervised* child = child_of(cell, {due.child, due.child_gen});
    if (!child || child->failures != due.failures) return;
    if (child->phase != Phase::down && child->phase != Phase::falling) return;
    child->phase = Phase::rising;
    child->restart_timer = {};
  }
  order_start({due.child, due.child_gen});
}
constexpr const MessageOps& restart_due_ops = Control<handle_restart_due>::ops_for<RestartDue>;

Phase phase_after(News news, Phase before) {
  switch (news) {
    case News::failed:
    case News::escalates:
    case News::ended:
      return before == Phase::leaving ? before : Phase::failed;
    case News::down:
      return before == Phase::rising || before == Phase::leaving ? before : Phase::down;
    case News::start_failed:
      return before == Phase::leaving ? before : Phase::down;
    case News::up:
      return before == Phase::rising ? Phase::up : before;
  }
  return before;
}

bool wants_a_word(News news) { return news != News::up && news != News::down; }

/// What the supervisor needs to know of a child to decide.
struct Finding {
  Restart restart = Restart::temporary;
  std::uint32_t ordinal = 0;
  std::uint32_t earlier_failures = 0;
};

Address sender_of(const ChildNews& letter) { return {letter.child, letter.child_gen}; }

/// False: the child has ended meanwhile.
bool note(Cell& supervisor, const ChildNews& letter) {
  const TreeGuard guard(supervisor);
  Supervised* child = child_of(supervisor, sender_of(letter));
  if (!child) return false;
  child->phase = phase_after(letter.news, child->phase);
  if (letter.news == News::up) child->up_since = letter.at;
  return true;
}

bool examine(Cell& supervisor, const ChildNews& letter, Finding& found) {
  const Backoff& backoff = supervision_of(supervisor)->options.backoff;
  const TreeGuard guard(supervisor);
  Supervised* child = child_of(supervisor, sender_of(letter));
  if (!child) return false;
  const bool was_up = letter.news != News::start_failed;
  if (was_up && is_healthy(backoff, letter.at - child->up_since)) child->failures = 0;
  found = {child->restart, letter.child->ordinal, child->failures++};
  return true;
}

std::string times(unsigned n) { return n == 1 ? "once" : std::to_string(n) + " times"; }

std::string seconds(std::chrono::nanoseconds span) {
  std::string text = std::to_string(std::chrono::duration<double>(span).count());
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " s";
}

void give_up(Cell& supervisor, Address child, News news, const std::exception_ptr& cause) {
  const Intensity& intensity = supervision_of(supervisor)->options.intensity;
  const std::string who = describe(*child.first, child.second);
  const std::string what = cause ? " failed: " + describe_exception(cause) : " ended";
  const std::string why = news == News::escalates ? "its rule escalates this"
                                                  : "it may be restarted " + times(intensity.restarts) +
                                                        " within " + seconds(intensity.within);
  escalate(supervisor, Escalated(describe_actor(supervisor) + " gave up: " + who + what + "; " + why, cause));
}

void restart_one(Cell& supervisor, Address address, std::chrono::nanoseconds delay) {
  const bool waits = delay > delay.zero();
  std::uint32_t failures = 0;
  {
    const TreeGuard guard(supervisor);
    Supervised* child = child_of(supervisor, address);
    if (!child || child->phase == Phase::leaving) return;
    if (!waits) {
      child->phase = Phase::rising;
    } else if (child->phase != Phase::down) {
      child->phase = Phase::falling;
    }
    failures = child->failures;
  }
  // Told when it is down already as well: then it is the time of the next attempt that is news.
  order_take_down(address, waits ? now_of(supervisor) + delay : SteadyTime{});
  if (!waits) return order_start(address);
  auto* due = make_envelope<RestartDue>(&restart_due_ops, supervisor.gen.load(std::memory_order_relaxed));
  due->child = address.first;
  due->child_gen = address.second;
  due->failures = failures;
  const TimerTicket ticket = supervisor.group().runtime().timers().arm(
      delay, {.target = &supervisor, .envelope = due, .as_signal = true});
  const TreeGuard guard(supervisor);
  if (Supervised* child = child_of(supervisor, address)) child->restart_timer = ticket;
}

void remove_child(Cell& supervisor, Address address) {
  TimerTicket timer;
  {
    const TreeGuard guard(supervisor);
    Supervised* child = child_of(supervisor, address);
    if (!child) return;
    child->phase = Phase::leaving;
    timer = std::exchange(child->restart_timer, {});
  }
  supervisor.group().runtime().timers().cancel(timer);
  order_remove(address);
}

void log_restart(Cell& supervisor, Address child, std::chrono::nanoseconds delay) {
  Log& log = supervisor.group().runtime().log();
  if (!log.wants(LogLevel::warning)) return;
  const Supervision& mine = *supervision_of(supervisor);
  log.write(LogLevel::warning, describe_actor(supervisor) + " restarts " +
                                   describe(*child.first, child.second) +
                                   (delay > delay.zero() ? " in " + seconds(delay) : std::string()) +
                                   ": restart " + std::to_string(mine.window.count()) + " of " +
                                   std::to_string(mine.options.intensity.restarts) + " within " +
                                   seconds(mine.options.intensity.within));
}

void decide(Cell& supervisor, const ChildNews& letter, const std::exception_ptr& cause) {
  Supervision& mine = *supervision_of(supervisor);
  const Address address = sender_of(letter);
  const News news = letter.news;
  Finding found;
  if (!examine(supervisor, letter, found)) return;
  if (news == News::escalates) return give_up(supervisor, address, news, cause);
  // Asked to stop while it waited: one that is restarted after any end is so after this one as well.
  if (news == News::ended && found.restart != Restart::permanent) return remove_child(supervisor, address);
  if (!mine.window.admit(now_of(supervisor), mine.options.intensity))
    return give_up(supervisor, address, news, cause);
  const auto delay = backoff_delay(mine.options.backoff, found.earlier_failures,
                                   mine.options.backoff.jitter > 0 ? random_of(supervisor) : 0);
  log_restart(supervisor, address, delay);
  switch (mine.options.strategy) {
    case Strategy::one_for_one:
      return restart_one(supervisor, address, delay);
    case Strategy::one_for_all:
      return restart_group(supervisor, 0, delay);
    case Strategy::rest_for_one:
      return restart_group(supervisor, found.ordinal, delay);
  }
}

}  // namespace

void hear_news(Cell& supervisor, const ChildNews& letter, const std::exception_ptr& cause) {
  if (!note(supervisor, letter)) return;
  switch (supervisor.condition.life) {
    case Life::running:
      if (wants_a_word(letter.news)) decide(supervisor, letter, cause);
      // Afterwards, since the decision may have changed where the group has got to.
      return advance_group(supervisor);
    case Life::stopping:
      // Being restarted itself it takes its children down, which goes on when the signals have been handled.
      if (const Supervised* mine = supervised(supervisor);
          mine && mine->falling && supervision_of(supervisor)->pure)
        return;
      if (letter.news != News::up) remove_child(supervisor, sender_of(letter));
      return;
    default:
      return;  // waits itself for its supervisor's word, which will be about its children as well
  }
}

void hear_of_end(Cell& supervisor, bool significant) {
  const Supervision& mine = *supervision_of(supervisor);
  if (significant && mine.options.auto_shutdown != AutoShutdown::never) {
    std::uint32_t left = 0;
    {
      const TreeGuard guard(supervisor);
      left = mine.significant;
    }
    if (mine.options.auto_shutdown == AutoShutdown::any || left == 0) {
      abandon_group(supervisor);
      return begin_stop(supervisor, StopReason::stopped);
    }
  }
  advance_group(supervisor);
}

void escalate(Cell& supervisor, const Escalated& why) {
  abandon_group(supervisor);
  fail_supervisor(supervisor, why);
}

// --- by hand ----------------------------------------------------------------------------------------------

namespace {

enum class ByHand : std::uint8_t { restart, stop };

struct HandOrder : Envelope {
  using Envelope::Envelope;
  Cell* child = nullptr;
  std::uint64_t child_gen = 0;
  ByHand what{};
};

void stop_by_hand(Cell& supervisor, Address child) {
  bool waits = false;
  {
    const TreeGuard guard(supervisor);
    const Supervised* kept = child_of(supervisor, child);
    waits = kept && (kept->phase == Phase::down || kept->phase == Phase::failed);
  }
  if (waits) return remove_child(supervisor, child);
  order_settle(child);
  send_stop(*child.first, child.second);
}

void handle_by_hand(Cell& cell, Envelope& envelope) {
  const auto& order = static_cast<HandOrder&>(envelope);
  if (cell.condition.life != Life::running) return;
  const Address child{order.child, order.child_gen};
  {
    const TreeGuard guard(cell);
    if (!child_of(cell, child)) return;
  }
  if (order.what == ByHand::stop) {
    stop_by_hand(cell, child);
  } else {
    restart_one(cell, child, {});
  }
  advance_group(cell);
}
constexpr const MessageOps& by_hand_ops = Control<handle_by_hand>::ops_for<HandOrder>;

void send_by_hand(Address supervisor, Address child, ByHand what) {
  auto* order = make_envelope<HandOrder>(&by_hand_ops, supervisor.second);
  order->child = child.first;
  order->child_gen = child.second;
  order->what = what;
  tell_tracer(*supervisor.first, supervisor.second, "by hand");
  send_signal(*supervisor.first, order);
}

}  // namespace

void restart_child(Address supervisor, Address child) { send_by_hand(supervisor, child, ByHand::restart); }
void stop_child(Address supervisor, Address child) { send_by_hand(supervisor, child, ByHand::stop); }
void replace_child(Address supervisor, Address child, Maker* maker) {
  // First to the child: its signal lane keeps the order of this thread's orders and the supervisor's.
  order_maker(child, std::unique_ptr<Maker>(maker));
  restart_child(supervisor, child);
}

}  // namespace troupe::inline v0::detail

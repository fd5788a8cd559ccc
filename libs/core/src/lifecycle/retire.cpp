#include "lifecycle/retire.hpp"
#include <utility>

#include <troupe/detail/context.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/ports/log.hpp>

#include "lifecycle/departures.hpp"
#include "lifecycle/drain.hpp"
#include "lifecycle/link.hpp"
#include "lifecycle/siblings.hpp"
#include "lifecycle/stop.hpp"
#include "lifecycle/tree_guard.hpp"
#include "mailbox/locked_cell.hpp"
#include "mailbox/overflow.hpp"
#include "memory/cells.hpp"
#include "observe/describe.hpp"
#include "scheduler/thread_group.hpp"
#include "supervision/child.hpp"
#include "supervision/supervision.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {

void tell_stopping(Cell& cell) noexcept {
  if (!cell.ops->stopping) return;
  Running running{&cell, nullptr, nullptr, false};
  const OutOfTurnScope scope(running);
  try {
    cell.ops->stopping(cell.object, Stopping{cell.condition.reason});
  } catch (...) {
    cell.group().runtime().log().write(LogLevel::error, describe_actor(cell) + " threw from on(Stopping): " +
                                                            describe_exception(std::current_exception()));
  }
}

/// @pre the cell rests as dead: of it only the address is used
void tell_watchers(Cell& cell, const Extra* extra, const Joins& late, std::uint64_t gen, const Drop& why) {
  if (!extra && late.empty()) return;
  const Terminated news{std::string(why.path), why.reason, why.cause, &cell, gen};
  if (extra) {
    for (const Watcher& watcher : extra->watchers) {
      send_letter(*watcher.cell, watcher.make(*watcher.cell, watcher.gen, Terminated(news)));
    }
    for (Destination joiner : extra->joiners) send_value<Terminated>(joiner, news);
  }
  for (Destination joiner : late) send_value<Terminated>(joiner, news);
}

void drop_stashed(Cell& cell, Extra& extra, const Drop& why) {
  const auto drop_queue = [&](auto& queue) {
    for (Envelope* letter : queue) {
      drop(cell, *letter, why);
      free_envelope(letter);
    }
    queue.clear();
  };
  drop_queue(extra.retries);
  drop_queue(extra.front);
  drop_queue(extra.stash);
}

/// What follows an actor from outside its own lane: those it watches, its timers, its stash.
void settle_extra(Cell& cell, const Drop& why) {
  Extra* extra = cell.extra;
  if (!extra) return;
  Runtime& runtime = cell.group().runtime();
  for (ActorTimer& timer : extra->timers) runtime.timers().cancel(timer.ticket);
  runtime.timers().cancel(extra->child_deadline);
  drop_stashed(cell, *extra, why);
  for (const Watched& watched : extra->watched) stop_watching(cell, *watched.cell, watched.gen);
  end_links(cell);
}

/// The address is void from here on. @pre the guard is had that a Pin has for the actor
inline void void_address(Cell& cell, std::uint64_t gen) {
  // release: who reads the new gen sees that the actor has ended; pairs with Cell::is().
  cell.gen.store(make_gen(gen, counter_of(gen) + 1, 0), std::memory_order_release);
}
/// Under the actor's own guard.
void void_address_itself(Cell& cell, std::uint64_t gen) {
  const TreeGuard guard(cell);
  void_address(cell, gen);
  cell.closed_to_children.store(true, std::memory_order_relaxed);
}

/// The parent forgets the child. True: its cell is to be put back by the caller; else it must not be touched.
bool leave_tree(Cell& cell) {
  Cell* const parent = cell.parent;
  if (!parent) return false;
  const bool reusable = is_reusable(cell);
  Leave leave;
  std::uint64_t parent_gen = 0;
  const Supervised* const kept = supervised(cell);
  const bool is_significant = kept && kept->significant && !kept->ordered;
  bool tell = false;
  {
    const TreeGuard guard(*parent);
    if (kept) tell = leave_supervisor(cell, *kept);
    leave = leave_siblings(cell, *parent);
    parent_gen = parent->gen.load(std::memory_order_relaxed);
  }
  put_back(leave.taken_out);
  if (tell || leave.waits != ParentWaits::no) tell_child_gone(*parent, parent_gen, is_significant);
  return reusable && !leave.stays;
}

/// As whoever comes to live there next expects it.
void recycle(Cell& cell) {
  cell.condition.change([](Condition& now) { now = Condition{.locked = now.locked}; });
  cell.activity.store(&at_rest, std::memory_order_relaxed);
  cell.handled.store(0, std::memory_order_relaxed);
}

void forget_parts(Cell& cell) {
  cell.extra = nullptr;
  cell.path = nullptr;
}

/// Gives the token back for good, and takes account of the mail.
[[gnu::noinline, gnu::cold]] void drain_mail(Cell& cell, Runtime& runtime, std::uint64_t ended_gen,
                                             StopReason reason) {
  const DrainScope scope;
  Drop why{reason, nullptr, &runtime, {}};
  std::string path;
  Joins late;
  drain(cell, why, path, ended_gen, &late);
  if (late.empty()) return;
  if (why.path.empty()) why.path = path = path_of(cell);
  tell_watchers(cell, nullptr, late, ended_gen, why);
}

bool has_mail(const Cell& cell) { return cell.lanes.has_signal() || cell.lanes.has_user(); }

/// As retire_with(), of an actor without a name, without rules, whom nobody watches. One that has mail, and
/// the root and its children, whose end must not wait for each other's.
[[gnu::noinline]] void retire_alone(Cell& cell, Runtime& runtime) {
  const std::uint64_t gen = cell.gen.load(std::memory_order_relaxed);
  const StopReason reason = cell.condition.reason;
  void_address_itself(cell, gen);
  cell.home.store(runtime.home_of_dead(), std::memory_order_relaxed);
  recycle(cell);
  if (has_mail(cell) || cell.lanes.rest_dead() != Wake::none) [[unlikely]]
    drain_mail(cell, runtime, gen, reason);
  Cell* const parent = cell.parent;
  if (parent == runtime.root && is_reusable(cell) && depart(cell, *parent, runtime)) return;
  if (leave_tree(cell)) Cells::put(&cell);
}

/// What remains to be done when a cell has left its parent.
[[gnu::noinline]] void settle_leave(const Leave& leave, Cell& parent, std::uint64_t parent_gen) {
  put_back(leave.taken_out);
  if (leave.waits != ParentWaits::no) tell_child_gone(parent, parent_gen, false);
}

/// As retire_alone(), of one whose parent is an actor itself: most are. Its end and its leave are one step
/// under its parent's guard.
void retire_plain(Cell& cell, Runtime& runtime) {
  Cell* const parent = cell.parent;
  if (!parent || parent == runtime.root || has_mail(cell)) [[unlikely]]
    return retire_alone(cell, runtime);
  const std::uint64_t gen = cell.gen.load(std::memory_order_relaxed);
  const StopReason reason = cell.condition.reason;
  recycle(cell);
  std::uint64_t parent_gen = 0;
  Leave leave;
  bool is_empty = true;
  bool reusable = true;
  {
    const TreeGuard guard(*parent);
    void_address(cell, gen);
    cell.home.store(runtime.home_of_dead(), std::memory_order_relaxed);
    reusable = is_reusable(cell);
    // Before the leave: whoever hears of its parent's end may count on it that its mail has been seen to.
    is_empty = cell.lanes.rest_dead() == Wake::none;
    if (is_empty) [[likely]] {
      leave = leave_siblings(cell, *parent);
      parent_gen = parent->gen.load(std::memory_order_relaxed);
    }
  }
  if (!is_empty) [[unlikely]] {
    drain_mail(cell, runtime, gen, reason);
    if (leave_tree(cell)) Cells::put(&cell);
    return;
  }
  if (reusable && !leave.stays) [[likely]]
    Cells::put(&cell);
  if (context.worker) context.worker->let_next_before_newest();
  if (leave.taken_out || leave.waits != ParentWaits::no) [[unlikely]]
    settle_leave(leave, *parent, parent_gen);
}

void retire_with(Cell& cell, Drop&& why) {
  const DrainScope scope;
  Runtime& runtime = cell.group().runtime();
  Extra* extra = cell.extra;
  const std::string* path = cell.path;
  // Of an actor without a name it is worked out where somebody wants it: most end without mail, unobserved.
  std::string extra_path;
  if (!path && extra) why.path = extra_path = path_of(cell);
  const std::uint64_t gen = cell.gen.load(std::memory_order_relaxed);
  if (tracing()) [[unlikely]]
    trace_stop(cell);
  settle_extra(cell, why);
  if (path) runtime.names().remove(*path, cell);
  void_address_itself(cell, gen);
  if (cell.condition.locked) mailbox_of(cell).end();
  // As long as a supervised one is in the list, its supervisor may look at what it keeps of it. All others
  // let go before anybody hears of the end, and may come with an old address.
  const bool kept = supervised(cell) != nullptr;
  if (!kept) forget_parts(cell);
  const std::uintptr_t graveyard = runtime.home_of_dead();
  // Published with the token, when the cell rests as dead.
  cell.home.store(extra ? graveyard | Cell::telling : graveyard, std::memory_order_relaxed);
  recycle(cell);
  Joins late;
  if (cell.condition.locked) refuse_waiters(cell, why);
  drain(cell, why, extra_path, gen, &late);
  if (!late.empty() && why.path.empty()) why.path = extra_path = path_of(cell);
  // Whoever is told of the end may rely on it: the name is free, nobody lives at the address, and each
  // message that was sent to it has been accounted for.
  tell_watchers(cell, extra, late, gen, why);
  if (extra) cell.home.store(graveyard, std::memory_order_release);
  const bool is_free = leave_tree(cell);
  // A supervisor's child doesn't stay behind.
  if (kept) forget_parts(cell);
  ThreadGroup* own_group = extra ? extra->own_group : nullptr;
  delete extra;
  delete path;
  if (is_free) put_cell(cell);
  if (own_group) own_group->request_end();
}

/// Apart from retire(), for the sake of its registers.
[[gnu::noinline]] void retire_known(Cell& cell) { retire_with(cell, drop_reason(cell)); }

}  // namespace

Drop drop_reason(Cell& cell) {
  return {cell.condition.reason, cell.extra ? cell.extra->cause : nullptr, &cell.group().runtime(),
          cell.path ? std::string_view(*cell.path) : std::string_view()};
}

void destroy_with_destructor(Cell& cell) noexcept {
  Running running{&cell, nullptr, nullptr, false};
  const OutOfTurnScope scope(running);
  cell.ops->destroy(std::exchange(cell.object, nullptr));
}

void retire(Cell& cell) {
  // No object: its constructor has thrown, after it had spawned children.
  if (cell.object) {
    tell_stopping(cell);
    // on(Stopping) can't have spawned a child: the cell is closed to children.
    destroy_object(cell);
  }
  if (!cell.extra && !cell.path && !cell.condition.locked && !tracing()) [[likely]]
    return retire_plain(cell, cell.group().runtime());
  retire_known(cell);
}

void retire_unborn(Cell& cell) {
  cell.condition.reason = StopReason::failed;
  retire_with(cell, drop_reason(cell));
}

void recycle_root(Cell& cell) noexcept { put_cell(cell); }

void bury(Cell& cell, Runtime& runtime) {
  const DrainScope scope;
  cell.home.store(runtime.home_of_dead(), std::memory_order_relaxed);
  drain_nobody(cell, &runtime);
  put_cell(cell);
}

}  // namespace troupe::inline v0::detail

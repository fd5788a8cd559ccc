#include "turns/run_cell.hpp"
#include <algorithm>
#include <cassert>

#include <troupe/detail/context.hpp>
#include <troupe/detail/inline_run.hpp>
#include <troupe/detail/turn.hpp>

#include "deadlock/rest.hpp"
#include "lifecycle/birth.hpp"
#include "lifecycle/drain.hpp"
#include "lifecycle/stop.hpp"
#include "mailbox/locked_cell.hpp"
#include "observe/traced_turn.hpp"
#include "scheduler/ready.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

const MessageOps at_rest{nullptr, nullptr, 0, 0, Kind::control, false, "", "at rest"};
const MessageOps between{nullptr, nullptr, 0, 0, Kind::control, false, "", "between turns"};

namespace {

[[gnu::noinline, gnu::cold]] void await_observer(const Cell& cell) {
  for (unsigned spins = 0; cell.observed.is_on(); ++spins) Relax::pause(spins);
}

/// From here on nodes may be popped and freed: wait for an observer that walks the lane. Its half of the
/// bargain is in observe/mailbox_depth.cpp.
void begin_popping(Cell& cell) {
  cell.activity.store(&between, std::memory_order_relaxed);
  if (cell.observed.may_be_on()) [[unlikely]]
    await_observer(cell);
}

/// Apart from the loop, which needs its registers for messages.
[[gnu::noinline]] void run_signals(Cell& cell) {
  context.base.letter = nullptr;  // what they send is no turn's
  context.tag = 0;
  while (Node* node = cell.lanes.pop_signal(free_envelope)) {
    auto& signal = static_cast<Envelope&>(*node);
    if (cell.is(signal.gen)) {
      signal.ops->run(cell, signal);
    } else {
      drop_stale(cell, signal);
    }
  }
}

/// What was unstashed stands before all else.
Envelope* take_front(Cell& cell) {
  Extra& extra = *cell.extra;
  Envelope* letter = extra.front.front();
  extra.front.pop_front();
  cell.condition.has_front = !extra.front.empty();
  return letter;
}

/// A message in a block of its own, outside of the lane. Null: there is none. No observer walks where it
/// lies, so none has to be waited for.
Envelope* take_apart(Cell& cell) {
  if (cell.condition.has_front) [[unlikely]]
    return take_front(cell);
  return cell.condition.locked ? mailbox_of(cell).take() : nullptr;
}

/// The turn of a tagged message begins.
void begin_tagged(Cell& cell, const Envelope& letter) {
  context.teller = &cell;
  Tags* tags = tags_of(cell);
  if (!tags || tags->last != letter.gen || --tags->left == 0) [[unlikely]] {
    trace_tagged(cell, letter.tag(cell.gen.load(std::memory_order_relaxed)));
    tags = tags_of(cell);
  }
  context.tag = tags && tagging() ? tags->own : 0;
}

/// Its block is its own, and it has a name or a tag.
[[gnu::noinline]] void run_marked(Cell& cell, Envelope& letter) {
  if (letter.is_traced()) return run_traced(cell, letter);
  begin_tagged(cell, letter);
  letter.ops->run(cell, letter);
}

/// @pre running.inline_run is set: its block isn't the lane's
[[gnu::always_inline]] inline void run_in_own_block(Cell& cell, Running& running, Envelope* letter) {
  const MessageOps& ops = *letter->ops;
  cell.activity.store(&ops, std::memory_order_release);
  cell.handled.store(cell.handled.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  running.letter = letter;
  if (letter->gen & (traced_bit | tagged_bit)) [[unlikely]] {
    run_marked(cell, *letter);
  } else {
    ops.run(cell, *letter);
  }
  if (!ops.is_task) free_envelope(letter);
}

/// Handles such a message. False: there is none.
[[gnu::noinline]] bool run_apart(Cell& cell, Running& running) {
  Envelope* letter = take_apart(cell);
  if (!letter) return false;
  running.inline_run = true;
  run_in_own_block(cell, running, letter);
  running.inline_run = false;
  return true;
}

struct Ran {
  std::uint32_t budget;  ///< what is left of it
  bool all;              ///< there were no more
};
/// Handles messages of its mailbox, for as long as nothing else has to be looked at.
[[gnu::noinline]] Ran run_locked(Cell& cell, Running& running, std::uint32_t budget) {
  LockedMailbox& mailbox = mailbox_of(cell);
  running.inline_run = true;
  bool all = false;
  do {
    Envelope* letter = mailbox.take();
    if (!letter) {
      all = true;
      break;
    }
    run_in_own_block(cell, running, letter);
  } while (--budget != 0 && cell.condition.is_plain_locked() && !cell.lanes.has_signal() &&
           !context.has_sent_enough());
  running.inline_run = false;
  return {budget, all};
}

/// The block of the message that was popped before.
void free_stub(const Cell& cell, Node* stub) noexcept {
#if defined(TROUPE_DETAIL_PLAIN_BLOCKS)
  static_cast<void>(cell);
  free_envelope(stub);
#else
  if (cell.stub_class == unknown_class) [[unlikely]]
    return free_envelope(stub);
  assert(cell.stub_class == static_cast<Envelope*>(stub)->ops->block_index);
  free_class(stub, cell.stub_class);
#endif
}

/// A message with a name for the tracer, or one that was sent to an earlier actor.
[[gnu::noinline]] void run_unusual(Cell& cell, Running& running, Envelope& letter) {
  cell.stub_class = unknown_class;
  if (letter.ops->block_bytes > largest_idle_block) cell.condition.large_stub = true;
  if (!letter.is_for(cell.gen.load(std::memory_order_relaxed))) [[unlikely]] {
    running.letter = nullptr;  // what its destructor sends is no turn's
    context.tag = 0;
    return drop_stale(cell, letter);
  }
  cell.activity.store(letter.ops, std::memory_order_release);
  cell.handled.store(cell.handled.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  running.letter = &letter;
  // It is the outermost turn of its thread.
  run_traced_here(cell, letter, 0);
}

/// The next of the lane is taken out of it: it is the lane's stub from now on. @pre it is there
[[gnu::always_inline]] inline void take_next(Cell& cell, Node* next) {
  begin_popping(cell);
  cell.lanes.pop_peeked_user(next, [&](Node* stub) { free_stub(cell, stub); });
}
/// What has been taken out of the lane is in hand.
[[gnu::always_inline]] inline void begin_turn(Cell& cell, Running& running, Envelope& letter) {
  cell.stub_class = static_cast<std::uint8_t>(letter.ops->block_index);
  // release: an observer that sees the turn sees the lane as it is during it.
  cell.activity.store(letter.ops, std::memory_order_release);
  cell.handled.store(cell.handled.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  running.letter = &letter;
}

/// A message with its sender's tag.
[[gnu::noinline]] void run_tagged(Cell& cell, Running& running, Envelope& letter) {
  if (!letter.is_tagged_for(cell.gen.load(std::memory_order_relaxed))) [[unlikely]]
    return run_unusual(cell, running, letter);
  begin_turn(cell, running, letter);
  begin_tagged(cell, letter);
  letter.ops->run(cell, letter);
}

/// Handles the next message of the lane. True: it has a tag, so the ones behind it may be for run_same().
[[gnu::always_inline]] inline bool run_next(Cell& cell, Running& running, Node* next) {
  take_next(cell, next);
  if (cell.lanes.is_embedded_stub(next)) [[unlikely]]
    return false;
  auto& letter = static_cast<Envelope&>(*next);
  if (letter.gen != cell.gen.load(std::memory_order_relaxed)) [[unlikely]] {
    if (!letter.is_tagged()) {
      run_unusual(cell, running, letter);
      return false;
    }
    run_tagged(cell, running, letter);
    return true;
  }
  begin_turn(cell, running, letter);
  letter.ops->run(cell, letter);
  return false;
}

/// Only the lane of messages has to be looked at.
bool is_plain(const Cell& cell) { return !cell.lanes.has_signal() && cell.condition.is_plain(); }

/// After a tagged message: handles those of the same sender that come next, which are only counted. Returns
/// how many there were.
[[gnu::noinline]] std::uint32_t run_same(Cell& cell, Running& running, std::uint32_t budget) {
  Tags* const tags = tags_of(cell);
  if (!tags || tags->last == 0) return 0;
  // While they are handled the tracer hears of no other turn of this actor: signals, which let those go on
  // that wait, come in between.
  budget = std::min(budget, tags->left - 1);
  std::uint32_t ran = 0;
  for (; ran != budget && is_plain(cell) && !context.has_sent_enough(); ++ran) {
    Node* const next = cell.lanes.peek_user();
    if (!next || cell.lanes.is_embedded_stub(next)) break;
    auto& letter = static_cast<Envelope&>(*next);
    if (letter.gen != tags->last) break;
    take_next(cell, next);
    begin_turn(cell, running, letter);
    letter.ops->run(cell, letter);
  }
  tags->left -= ran;
  return ran;
}

/// Whether it has asked itself to stop, and nothing comes before that: in its lane nothing does.
bool ends_now(const Cell& cell) {
  const Condition& now = cell.condition;
  return now.stops_itself && !now.has_front && !holds_mail(cell) && !cell.lanes.has_signal();
}

/// Goes on with the end of an actor that is on its way out. True: it has ended, and the cell is perhaps
/// somebody else's by now.
bool ends(Cell& cell) {
  if (cell.condition.life != Life::running) return advance_stop(cell);
  return ends_now(cell) && end_at_own_wish(cell);
}

/// Gives the token back until a signal comes. False: one has come in.
bool rest_suspended(Cell& cell) {
  // A suspended turn is still a turn: `activity` keeps its message, and nobody pops.
  if (cell.condition.life != Life::running && !cell.turns)
    cell.activity.store(&at_rest, std::memory_order_release);
  if (cell.condition.locked) mailbox_of(cell).let_in();
  return rest_waiting(cell);
}

/// The block of the message that was handled last is freed, unless another message is about to see to it.
[[gnu::noinline, gnu::cold]] void let_go_of_large_stub(Cell& cell) {
  cell.condition.large_stub = false;
  if (!cell.lanes.peek_user() && cell.lanes.user_stub()) cell.lanes.push_embedded_stub();
}

/// Something has come in while the token was given back.
[[gnu::noinline]] bool come_back(Cell& cell) {
  // A sender may be between its exchange and its link.
  for (unsigned spins = 0; !cell.lanes.peek_user() && cell.lanes.has_user(); ++spins) Relax::pause(spins);
  // Not in this activation: others may have had the token in between, and it may be another actor's cell by
  // now, of another group.
  schedule(cell);
  return false;
}

/// Gives the token back, or hands the cell to a ready queue, since something has come in: false in any case,
/// as of run_cell().
bool rest(Cell& cell) {
  // release: an observer that sees it sees the lane as it is left.
  cell.activity.store(&at_rest, std::memory_order_release);
  return !rest_idle(cell) && come_back(cell);
}
/// The same of a cell whose messages are in its lanes.
bool rest_plain(Cell& cell) {
  cell.activity.store(&at_rest, std::memory_order_release);
  return !cell.lanes.rest_idle() && come_back(cell);
}

/// What this thread is doing from now on. It runs one cell at a time, so the record is its own; inline asks
/// nest others in it.
Running& begin_activation(Cell& cell, std::uint32_t budget) {
  Running& running = context.base;
  running.cell = &cell;
  context.inline_budget = budget;
  context.tag = 0;
  return running;
}

/// As run_cell(), of an activation that is more than a message. That has its own way, with less to keep in
/// registers: most are.
[[gnu::noinline]] bool run_on(Cell& cell, Running& running, std::uint32_t budget) {
  context.sends_left = sends_per_activation;
  while (budget != 0 && !context.has_sent_enough()) {
    if (cell.lanes.has_signal()) [[unlikely]]
      run_signals(cell);
    if (cell.condition.is_plain_locked()) {
      const Ran ran = run_locked(cell, running, budget);
      if (ran.all) return rest(cell);
      budget = ran.budget;
      continue;
    }
    if (!cell.condition.is_plain()) [[unlikely]] {
      if (ends(cell)) return false;
      if (holds_mail(cell)) {
        if (rest_suspended(cell)) return false;
        continue;
      }
      if (cell.condition.large_stub) {
        let_go_of_large_stub(cell);
        continue;
      }
      if (!run_apart(cell, running) && cell.condition.locked) return rest(cell);
    } else if (Node* next = cell.lanes.peek_user()) [[likely]] {
      if (run_next(cell, running, next)) [[unlikely]]
        budget -= run_same(cell, running, budget - 1);
    } else {
      return rest_plain(cell);
    }
    --budget;
  }
  if (!cell.condition.suspended) cell.activity.store(&at_rest, std::memory_order_release);
  return true;
}

}  // namespace

bool holds_mail(const Cell& cell) {
  const Condition& now = cell.condition;
  return now.suspended || now.held || now.life != Life::running;
}

bool run_cell(Cell& cell, std::uint32_t budget) {
  Running& running = begin_activation(cell, budget);
  Node* const first = is_plain(cell) ? cell.lanes.peek_user() : nullptr;
  if (!first) [[unlikely]]
    return cell.condition.is_born() ? run_on(cell, running, budget) : run_unborn(cell);
  run_next(cell, running, first);
  if (budget > 1 && is_plain(cell) && !cell.lanes.peek_user()) [[likely]]
    return rest_plain(cell);
  if (ends(cell)) return false;
  return run_on(cell, running, budget - 1);
}

// --- one step at a time, for schedulers without threads

bool run_waiting_signals(Cell& cell) {
  begin_activation(cell, 1);
  if (!cell.condition.is_born()) return run_unborn(cell);
  run_signals(cell);
  return !ends(cell);
}

bool run_message(Cell& cell) {
  Running& running = begin_activation(cell, 1);
  if (!run_apart(cell, running)) run_next(cell, running, cell.lanes.peek_user());
  if (!cell.condition.suspended) cell.activity.store(&at_rest, std::memory_order_release);
  return true;
}

namespace {
/// What a reentrant actor has begun, and keeps the messages of, has the same bound as what waits: else it
/// would take in without end what it can't finish. True: it has as much.
bool counts_as_full(Cell& cell, int change) {
  if (!cell.condition.locked) return false;
  auto& turns = locked(cell).turns_under_way;
  turns += static_cast<std::uint32_t>(change);
  return turns >= mailbox_of(cell).capacity();
}
}  // namespace

void list_turn(Cell& cell, Turn& turn) {
  turn.listed = true;
  turn.traced_message = context.traced_message;
  turn.next = cell.turns;
  turn.previous = nullptr;
  if (cell.turns) cell.turns->previous = &turn;
  cell.turns = &turn;
  cell.condition.suspended = !cell.ops->reentrant || counts_as_full(cell, +1);
}

void unlist_turn(Cell& cell, Turn& turn) {
  if (turn.previous) turn.previous->next = turn.next;
  if (turn.next) turn.next->previous = turn.previous;
  if (cell.turns == &turn) cell.turns = turn.next;
  turn.listed = false;
  if (cell.ops->reentrant) counts_as_full(cell, -1);
  cell.condition.suspended = false;
}

}  // namespace troupe::inline v0::detail

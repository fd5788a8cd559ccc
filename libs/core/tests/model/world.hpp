// A model of cells and of all that acts on them: senders, runners, inline asks, spawn and retirement.
//
// It mirrors the rules that the runtime's cell follows, over the very lanes that run in production (or over
// faulty ones, to see that the checks notice). A cell's token holder:
//  - runs signals first, then user messages unless it is suspended in an exclusive await, then rests;
//  - looks at everything anew whenever rest_*() has returned false: its late fetch_and may have got it the
//    token of another time, when the cell was dead or somebody else's;
//  - compares each message's generation with the cell's, after it has the token.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "cell.hpp"
#include "message.hpp"

namespace troupe::model {

using troupe::detail::Wake;

/// What the runtime does; a test switches one off to see that this is noticed.
struct Rules {
  bool check_generation_of_asks = true;    ///< after try_take, before an inline ask runs
  bool check_generation_of_queued = true;  ///< when a message is popped
  bool free_when_successor_is_popped = true;
  bool look_anew_after_failed_rest = true;
  bool push_stub_only_when_empty = true;  ///< else the stub may be in the queue still
  bool push_embedded_stub = false;        ///< not a rule but a case: every message is large
  bool look_at_box_after_rest = true;
  bool ring = true;
};

template <class Lanes>
class World {
 public:
  using CellType = Cell<Lanes>;

  struct Ref {
    CellType* cell = nullptr;
    std::uint64_t generation = 0;
  };
  struct Request {
    Ref from;
    unsigned await_id = 0;
  };

  World(Machine& machine, Rules rules) : run(machine), rules_(rules) {}

  Machine& run;
  Ledger ledger;
  Channel<CellType*> ready{"ready"};
  Channel<CellType*> free_list{"free_list"};
  Channel<Request> requests{"requests"};  // what awaiting handlers have asked, for a thread that answers

  // --- set-up, and any thread --------------------------------------------------------------------------

  Message& message(const char* name, Kind kind = Kind::tell) { return ledger.make(name, kind); }

  /// A dead cell in the free list.
  CellType& dead_cell(const char* name) {
    CellType& cell = cells_.emplace_back(name);
    give_back(cell);
    return cell;
  }

  /// Takes a free cell and brings it to life. Nothing when the free ones are all being drained: the runtime
  /// would make another cell.
  std::optional<Ref> spawn() {
    for (std::size_t tries = 0; tries < cells_.size(); ++tries) {
      CellType* cell = free_list.try_pop();
      if (!cell) return std::nullopt;
      --cell->free_entries;
      if (cell->lanes.try_revive()) return revived(*cell);
      give_back(*cell);
    }
    return std::nullopt;
  }

  void tell(Ref to, Message& message) { burst(to, message, message); }

  /// Sends first..last, whose inner links are set.
  void burst(Ref to, Message& first, Message& last) {
    for (Message* each = &first;; each = static_cast<Message*>(next_of(*each))) {
      each->generation = to.generation;
      ledger.sent(*each, Lane::user);
      if (each == &last) break;
    }
    wake(*to.cell, to.cell->lanes.send_user(&first, &last));
  }

  /// Sends to a mailbox with rules.
  void put(Ref to, Message& message) {
    message.generation = to.generation;
    ledger.sent(message, Lane::box);
    switch (to.cell->box.put(message)) {
      case LockedBox::Put::gone:
        dead_letter(message);
        return ledger.freed(message);
      case LockedBox::Put::accepted_first:
        if (rules_.ring) wake(*to.cell, to.cell->lanes.ring());
        return;
      case LockedBox::Put::accepted:
        return;
    }
  }

  void signal(Ref to, Message& message) {
    message.generation = to.generation;
    ledger.sent(message, Lane::signal);
    wake(*to.cell, to.cell->lanes.send_signal(&message));
  }

  void reply(const Request& request, Message& message) {
    message.await_id = request.await_id;
    signal(request.from, message);
  }

  /// Answers one request, when it comes.
  void respond(Message& message) {
    const Request request = requests.pop();
    if (request.from.cell) reply(request, message);
  }

  /// Runs the message here and now if the actor is idle, else sends it.
  void ask(Ref to, Message& message) {
    CellType& cell = *to.cell;
    if (!cell.lanes.try_take()) return tell(to, message);
    hold(cell);
    message.generation = to.generation;
    ledger.sent(message, Lane::inlined);
    if (rules_.check_generation_of_asks && cell.generation.load(std::memory_order_acquire) != to.generation) {
      ledger.done(message, "a dead letter");
    } else {
      handle(cell, message);
    }
    ledger.freed(message);
    if (cell.actor.read().stopping) return retire(cell);
    if (!rest(cell, true)) schedule(cell);
  }

  /// The life of a worker.
  void serve() {
    while (CellType* cell = ready.pop()) run_ready(*cell);
  }

  /// Set-up: runs what is ready, before there are any threads.
  void settle() {
    while (ready.size() != 0) run_ready(*ready.pop());
  }

  /// After join(): nothing is lost, nothing is left over, and each token rests in one word.
  void check_rest();

 private:
  // --- token holder only -------------------------------------------------------------------------------

  void run_ready(CellType& cell) {
    cell.ready = false;
    hold(cell);
    activate(cell);
  }

  void activate(CellType& cell) {
    for (bool first = true;; first = false) {
      if ((first || rules_.look_anew_after_failed_rest) && !cell.actor.read().alive) return drain(cell);
      while (turn(cell)) {
        if (cell.actor.read().stopping) return retire(cell);
      }
      if (rest(cell, true)) return;
    }
  }

  /// One message, or false when there is none to handle now.
  bool turn(CellType& cell) {
    if (Message* message = pop_signal(cell)) return deliver(cell, *message);
    if (cell.actor.read().awaits != 0) return false;
    if (Message* message = cell.box.take()) {
      deliver(cell, *message);
      ledger.freed(*message);
      return true;
    }
    if (Message* message = pop_user(cell)) {
      deliver(cell, *message);
      if (!rules_.push_stub_only_when_empty) push_stub(cell);
      return true;
    }
    return push_stub(cell);
  }

  bool push_stub(CellType& cell) {
    if (!rules_.push_embedded_stub || !cell.lanes.user_stub()) return false;
    cell.lanes.push_embedded_stub();
    return true;
  }

  bool deliver(CellType& cell, Message& message) {
    if (rules_.check_generation_of_queued && message.generation != cell.actor.read().generation) {
      dead_letter(message);
    } else if (message.kind == Kind::reply && message.await_id != cell.actor.read().awaits) {
      dead_letter(message);
    } else {
      handle(cell, message);
    }
    if (!rules_.free_when_successor_is_popped) ledger.freed(message);
    return true;
  }

  void handle(CellType& cell, Message& message) {
    auto& actor = cell.actor.write();
    run.check(actor.alive, "a message is handled by a dead actor");
    run.check(message.generation == actor.generation, "a message is handled by another incarnation");
    run.check(actor.awaits == 0 || message.lane == Lane::signal, "a user message is handled during an await");
    ledger.done(message, "handled");
    ++actor.turns;
    switch (message.kind) {
      case Kind::tell:
      case Kind::signal:
        break;
      case Kind::stop:
      case Kind::kill:
        actor.stopping = true;
        break;
      case Kind::reply:
        actor.awaits = 0;
        break;
      case Kind::await:
        actor.awaits = ++actor.last_await;
        requests.push({{&cell, actor.generation}, actor.awaits});
        break;
    }
  }

  /// False: the token is the caller's again, but perhaps that of another time.
  bool rest(CellType& cell, bool alive) {
    const bool awaits = cell.actor.read().awaits != 0;
    run.check(cell.held, "the token rests twice");
    cell.held = false;
    const bool rests = !alive   ? rest_dead(cell)
                       : awaits ? cell.lanes.rest_suspended()
                                : cell.lanes.rest_idle_unless([&cell, this] {
                                    return rules_.look_at_box_after_rest && !cell.box.looks_empty();
                                  });
    if (!rests) hold(cell);
    return rests;
  }
  bool rest_dead(CellType& cell) {
    const Wake what = cell.lanes.rest_dead();
    if (what == Wake::schedule) schedule(cell);
    return what != Wake::drain;
  }

  void retire(CellType& cell) {
    auto& actor = cell.actor.write();
    actor.alive = actor.stopping = false;
    actor.awaits = 0;
    ++actor.generation;
    cell.generation.fetch_add(1, std::memory_order_release);
    if (cell.has_rules) cell.box.begin(0);
    drain(cell);
    give_back(cell);
  }

  void drain(CellType& cell) {
    for (;;) {
      while (Message* message = pop_signal(cell)) drop(*message);
      while (Message* message = pop_user(cell)) drop(*message);
      while (Message* message = cell.box.take()) {
        dead_letter(*message);
        ledger.freed(*message);
      }
      if (rest(cell, false)) return;
      if (rules_.look_anew_after_failed_rest && cell.actor.read().alive) return schedule(cell);
    }
  }

  Ref revived(CellType& cell) {
    hold(cell);
    auto& actor = cell.actor.write();
    run.check(!actor.alive, "a living actor's cell is given to another");
    actor.alive = true;
    const Ref ref{&cell, actor.generation};
    if (cell.has_rules) cell.box.begin(ref.generation);
    if (!rest(cell, true)) schedule(cell);
    return ref;
  }

  Message* pop_signal(CellType& cell) { return static_cast<Message*>(cell.lanes.pop_signal(freer())); }
  Message* pop_user(CellType& cell) {
    Node* node = cell.lanes.pop_user(freer());
    if (node && cell.lanes.is_embedded_stub(node)) node = cell.lanes.pop_user(freer());
    run.check(!node || !cell.lanes.is_embedded_stub(node), "the embedded stub is queued twice");
    return static_cast<Message*>(node);
  }

  void drop(Message& message) {
    dead_letter(message);
    if (!rules_.free_when_successor_is_popped) ledger.freed(message);
  }
  void dead_letter(Message& message) { ledger.done(message, "a dead letter"); }
  auto freer() {
    return [this](Node* node) {
      if (rules_.free_when_successor_is_popped) ledger.freed(*static_cast<Message*>(node));
    };
  }

  // --- the token's ways --------------------------------------------------------------------------------

  void wake(CellType& cell, Wake wake) {
    if (wake == Wake::none) return;
    if (wake == Wake::schedule) return schedule(cell);
    hold(cell);
    drain(cell);
  }

  void schedule(CellType& cell) {
    run.check(!cell.ready, "a cell is in the ready queue twice");
    cell.ready = true;
    cell.held = false;
    ready.push(&cell);
  }

  void hold(CellType& cell) {
    run.check(!cell.held, "two hold one token");
    cell.held = true;
  }

  void give_back(CellType& cell) {
    ++cell.free_entries;
    free_list.push(&cell);
  }

  static Node* next_of(const Message& message) { return reinterpret_cast<Node*>(peek(message, 0)); }

  void check_cell(CellType& cell);
  bool is_stub(const Message& message) const {
    const auto address = reinterpret_cast<std::uintptr_t>(static_cast<const Node*>(&message));
    for (const CellType& cell : cells_) {
      for (const std::size_t word : {user_word, sig_word}) {
        if ((peek(cell.lanes, word) & ~Lanes::flag_bits) == address) return true;
      }
    }
    return false;
  }

  Rules rules_;
  std::deque<CellType> cells_;
};

template <class Lanes>
void World<Lanes>::check_rest() {
  for (const Message& message : ledger.messages()) {
    run.check(message.done == message.sent, "a message is lost");
  }
  for (const Message& message : ledger.messages()) {
    if (!message.sent) continue;
    run.check(message.freed != is_stub(message), "a message leaks, or is freed while it is a stub");
  }
  run.check(ready.size() == 0, "a cell is ready, and nobody runs it");
  for (CellType& cell : cells_) check_cell(cell);
}

template <class Lanes>
void World<Lanes>::check_cell(CellType& cell) {
  const std::uint64_t user = peek(cell.lanes, user_word);
  const std::uint64_t sig = peek(cell.lanes, sig_word);
  const bool idle = user & Lanes::idle_bit;
  const bool dead = user & Lanes::dead_bit;
  const bool suspended = sig & Lanes::susp_bit;
  const auto& actor = cell.actor.read();
  run.check(!cell.held && !cell.ready, "somebody keeps the token");
  run.check(idle + dead + suspended == 1, "the token doesn't rest in exactly one word");
  run.check(actor.awaits == 0, "an awaited reply has been lost");
  run.check(dead != actor.alive, "the resting bit doesn't tell whether the actor lives");
  run.check(cell.free_entries == (dead ? 1U : 0U), "a dead cell isn't in the free list once");
}

}  // namespace troupe::model

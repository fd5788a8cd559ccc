#include "lifecycle/drain.hpp"
#include <utility>

#include <troupe/detail/ref_services.hpp>
#include <troupe/detail/tracing.hpp>

#include "mailbox/locked_cell.hpp"
#include "observe/describe.hpp"
#include "scheduler/ready.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

void drop(Cell& receiver, Envelope& envelope, const Drop& why) {
  if (envelope.is_traced()) trace_drop(receiver, envelope, why);
  envelope.ops->drop(envelope, why);
}

void drop_stale(Cell& cell, Envelope& envelope) {
  Group* home = Cell::group_of(cell.home.load(std::memory_order_relaxed));
  drop(cell, envelope,
       {StopReason::no_such_actor, nullptr, home ? &home->runtime() : nullptr, ended_actor_path});
}

namespace {

/// What is in a mailbox with rules, in blocks of their own.
template <class Settle>
void settle_locked(Cell& cell, Settle&& settle) {
  while (Envelope* letter = mailbox_of(cell).take()) {
    settle(*letter);
    free_envelope(letter);
  }
}

/// A join that comes late is answered after those who watch: whoever hears of the end may count on it that
/// they have heard. They are told by another thread, which waits for nothing meanwhile.
void await_told(const Cell& cell) {
  // acquire: pairs with the release in retire_with(), after they were told.
  for (unsigned spins = 0; cell.home.load(std::memory_order_acquire) & Cell::telling; ++spins)
    Relax::pause(spins);
}

/// `joins`: where those are kept that are answered when the watchers have been told; null: at once.
void drop_all(Cell& cell, Drop& why, std::string& path, std::uint64_t ended_gen, Joins* joins) {
  const auto settle = [&](Envelope& envelope) {
    if (envelope.is_for(ended_gen)) {
      // Only now, since most actors end without mail. The parent stands: this child is in its list still.
      if (why.path.empty()) why.path = path = path_of(cell);
      drop(cell, envelope, why);
    } else {
      drop_stale(cell, envelope);
    }
  };
  const auto settle_messages = [&] {
    if (cell.condition.locked) settle_locked(cell, settle);
    cell.stub_class = unknown_class;
    while (Node* node = cell.lanes.pop_user(free_envelope)) {
      if (!cell.lanes.is_embedded_stub(node)) settle(static_cast<Envelope&>(*node));
    }
  };
  settle_messages();
  while (Node* node = cell.lanes.pop_signal(free_envelope)) {
    // It may be a wish to hear of the end, which is answered on the spot: what its sender had sent before, or
    // knew of, is in the other lane by now, and has to be accounted for first.
    settle_messages();
    auto& signal = static_cast<Envelope&>(*node);
    if (!joins) await_told(cell);
    if (joins && signal.addressee() == ended_gen && keep_join(signal, *joins)) continue;
    settle(signal);
  }
}

// A drain runs destructors, which may drop Replies into other dead cells: these wait here for their turn,
// instead of nesting without a bound.
constinit thread_local bool draining = false;
constinit thread_local Cell* to_drain = nullptr;

void drain_late(Cell& cell) {
  // Read before the token is given back. The home of a dead cell is a graveyard, or nothing yet.
  Group* home = Cell::group_of(cell.home.load(std::memory_order_relaxed));
  drain_nobody(cell, home ? &home->runtime() : nullptr);
}

}  // namespace

void drain(Cell& cell, Drop& why, std::string& path, std::uint64_t ended_gen, Joins* joins) {
  Wake what = Wake::drain;
  do {
    drop_all(cell, why, path, ended_gen, joins);
    what = cell.lanes.rest_dead();
  } while (what == Wake::drain);
  // Another has moved in by now.
  if (what == Wake::schedule) [[unlikely]]
    schedule(cell);
}

void drain_nobody(Cell& cell, Runtime* runtime) {
  Drop why{StopReason::no_such_actor, nullptr, runtime, ended_actor_path};
  std::string path;
  drain(cell, why, path, ~std::uint64_t{0}, nullptr);
}

DrainScope::DrainScope() : outermost_(!std::exchange(draining, true)) {}
DrainScope::~DrainScope() {
  if (!outermost_) return;
  while (Cell* cell = to_drain) {
    to_drain = reinterpret_cast<Cell*>(cell->waits_for.load(std::memory_order_relaxed));
    drain_late(*cell);
  }
  draining = false;
}

void drain_dead(Cell& cell) {
  if (draining) {
    cell.waits_for.store(reinterpret_cast<std::uintptr_t>(to_drain), std::memory_order_relaxed);
    to_drain = &cell;
    return;
  }
  const bool empty_address = &cell == &nobody();
  {
    const DrainScope scope;
    drain_late(cell);
  }
  if (empty_address) refuse_empty_address();
}

}  // namespace troupe::inline v0::detail

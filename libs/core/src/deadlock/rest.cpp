#include "deadlock/rest.hpp"

#include "await/thread_inbox.hpp"
#include "deadlock/circle.hpp"
#include "deadlock/edges.hpp"

namespace troupe::inline v0::detail {

namespace {

/// Whether it takes more than a look at who was asked to find out who is waited for: several are, or a Reply
/// was moved.
bool takes_more(const AwaitBlock& block) noexcept {
  return block.next_edge != nullptr || block.place.check != 0;
}

/// Whether the actor that was asked waits itself. Mostly it doesn't, and that was all. The block is that of
/// the actor that rests, and may be another await's by now: then a circle is looked for in vain.
bool leads_on(const AwaitBlock& block, const Cell& target) noexcept {
  return takes_more(block) || target.waits_for.load(std::memory_order_relaxed) != 0;
}

}  // namespace

bool rest_waiting(Cell& cell) {
  const std::uintptr_t word = cell.waits_for.load(std::memory_order_relaxed);
  if (word == 0) return cell.lanes.rest_suspended();
  const Waiter self = Waiter::of(cell);
  const AwaitBlock& block = *reinterpret_cast<AwaitBlock*>(word & ~look_bit);
  const Cell& target = *block.target;
  // Now: of several edges the first may be answered at once, and its block be another await's after the rest,
  // while the turn waits on for the others.
  const bool must_walk = takes_more(block);
  // A note that comes between the load and this store is lost, and not needed: it will look.
  if (word & look_bit) cell.waits_for.store(word & ~look_bit, std::memory_order_relaxed);
  if (!cell.lanes.rest_suspended()) {
    if (word & look_bit) cell.waits_for.store(word, std::memory_order_relaxed);
    return false;
  }
  // From here on the cell is somebody else's.
  fence_after_exchange();
  const bool wants_look = ((word | cell.waits_for.load(std::memory_order_relaxed)) & look_bit) != 0;
  if (wants_look && (must_walk || leads_on(block, target))) [[unlikely]]
    look_for_circle(self);
  return true;
}

ThreadWait::ThreadWait(ThreadInbox& inbox, const Waiting& waiting)
    : inbox_(inbox), outer_(inbox.waits_for.load(std::memory_order_relaxed)) {
  // release: pairs with first_edge().
  inbox_.waits_for.store(reinterpret_cast<std::uintptr_t>(waiting.edges), std::memory_order_release);
}
ThreadWait::~ThreadWait() { inbox_.waits_for.store(outer_, std::memory_order_relaxed); }

void ThreadWait::look() const {
  if (inbox_.waits_for.load(std::memory_order_relaxed) == 0) return;
  fence_after_store();
  if (inbox_.is_empty()) look_for_circle(Waiter::of(inbox_));
}

ThreadWorks::ThreadWorks()
    : inbox_(ThreadInbox::mine()), outer_(inbox_.waits_for.exchange(0, std::memory_order_relaxed)) {}
ThreadWorks::~ThreadWorks() { inbox_.waits_for.store(outer_, std::memory_order_relaxed); }

void replace_first_edge(AwaitBlock& gone, AwaitBlock* next) noexcept {
  Cell* const asker = gone.asker;
  std::atomic<std::uintptr_t>& word = asker ? asker->waits_for : gone.inbox.get()->waits_for;
  std::uintptr_t seen = word.load(std::memory_order_relaxed);
  // A loop: another may leave a note in the meantime.
  while ((seen & ~look_bit) == reinterpret_cast<std::uintptr_t>(&gone) &&
         !word.compare_exchange_weak(seen, reinterpret_cast<std::uintptr_t>(next) | (seen & look_bit),
                                     std::memory_order_release, std::memory_order_relaxed)) {
  }
}

}  // namespace troupe::inline v0::detail

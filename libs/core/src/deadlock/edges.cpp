#include "deadlock/edges.hpp"

#include "await/thread_inbox.hpp"
#include "deadlock/reply_place.hpp"

namespace troupe::inline v0::detail {

namespace {

std::atomic<std::uintptr_t>& word_of(const Waiter& waiter) noexcept {
  return waiter.cell ? waiter.cell->waits_for : waiter.thread->waits_for;
}

AwaitBlock* block_in(std::uintptr_t word) noexcept { return reinterpret_cast<AwaitBlock*>(word & ~look_bit); }

/// Who has the reply to await `number` of the block. False: nobody knows.
bool find_holder(const AwaitBlock& block, std::uint64_t number, Edge& edge) noexcept {
  const std::uint64_t check = block.place.check;
  if (check == 0) {
    edge.to = {block.target, block.target_gen, nullptr};
    edge.certain = true;
    return true;
  }
  const std::uintptr_t holder = block.place.holder;
  const std::uint64_t gen = block.place.holder_gen;
  if (check != check_of(number, holder, gen, block.place.address)) return false;
  edge.certain = holder & ReplyPlace::is_certain;
  if (holder & ReplyPlace::is_thread) {
    edge.to = {nullptr, 0, reinterpret_cast<ThreadInbox*>(holder & ~ReplyPlace::flags)};
  } else {
    edge.to = {reinterpret_cast<Cell*>(holder & ~ReplyPlace::flags), gen, nullptr};
  }
  return edge.to.cell || edge.to.thread;
}

}  // namespace

AwaitBlock* first_edge(const Waiter& waiter) noexcept {
  if (waiter.thread) return block_in(waiter.thread->waits_for.load(std::memory_order_acquire));
  // Before and after: else the word may be another actor's, or a dead cell's link.
  if (!waiter.cell->is(waiter.gen)) return nullptr;
  // acquire: the block, which may be new; pairs with the release in SinkBase::link_edge().
  const std::uintptr_t word = waiter.cell->waits_for.load(std::memory_order_acquire);
  return waiter.cell->is(waiter.gen) ? block_in(word) : nullptr;
}

Reading read_edge(AwaitBlock& block, const Waiter& waiter, Edge& edge, AwaitBlock*& next) noexcept {
  next = nullptr;
  // acquire: the fields as they were when `pending` was stored.
  const std::uint64_t state = block.state.load(std::memory_order_acquire);
  if (block.asker != waiter.cell) return Reading::changed;
  if (waiter.cell ? block.asker_gen != waiter.gen : block.inbox != waiter.thread) return Reading::changed;
  next = block.next_edge;
  if ((state & 3) != AwaitBlock::pending) return Reading::no_edge;
  edge.block = &block;
  edge.number = state >> 2;
  edge.failure_ends_wait = block.failure_ends_wait;
  if (!find_holder(block, edge.number, edge)) return Reading::no_edge;
  // Each field was loaded with acquire: one of a later await would show that await's state, or a later one.
  return block.state.load(std::memory_order_acquire) == state ? Reading::edge : Reading::no_edge;
}

bool is_at_rest(const Waiter& waiter) noexcept {
  return waiter.cell ? waiter.cell->lanes.looks_suspended() : waiter.thread->is_empty();
}

bool ask_to_look(const Waiter& waiter) noexcept {
  std::atomic<std::uintptr_t>& word = word_of(waiter);
  std::uintptr_t seen = word.load(std::memory_order_relaxed);
  // By compare-and-swap: the word of a dead cell is a link, and must not be changed.
  while (AwaitBlock* block = block_in(seen)) {
    if (first_edge(waiter) != block) return false;
    if (word.compare_exchange_weak(seen, seen | look_bit, std::memory_order_acq_rel,
                                   std::memory_order_relaxed)) {
      fence_after_exchange();
      return true;
    }
  }
  return false;
}

void fence_after_store() noexcept { std::atomic_thread_fence(std::memory_order_seq_cst); }

}  // namespace troupe::inline v0::detail

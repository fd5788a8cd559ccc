#include "deadlock/reply_place.hpp"

#include <pthread.h>

#include <troupe/detail/await.hpp>
#include <troupe/detail/turn.hpp>

#include "await/thread_inbox.hpp"
#include "deadlock/circle.hpp"
#include "deadlock/edges.hpp"

// AddressSanitizer keeps locals apart from the stack to find uses after a return: what its
// sanitizer/asan_interface.h has, weak, since mostly it isn't there.
extern "C" {
[[gnu::weak]] void* __asan_get_current_fake_stack();
[[gnu::weak]] void* __asan_addr_is_in_fake_stack(void* fake_stack, void* address, void** begin, void** end);
}

namespace troupe::inline v0::detail {

namespace {

bool lies_in(const void* address, const void* begin, std::size_t bytes) noexcept {
  return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(begin) < bytes;
}

struct Stack {
  const void* lowest = nullptr;
  std::size_t bytes = 0;
};
Stack find_own_stack() noexcept {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
  void* lowest = nullptr;
  std::size_t bytes = 0;
  pthread_attr_getstack(&attributes, &lowest, &bytes);
  pthread_attr_destroy(&attributes);
  return {lowest, bytes};
}
bool lies_on_fake_stack(const void* address) noexcept {
  if (!__asan_get_current_fake_stack || !__asan_addr_is_in_fake_stack) return false;
  void* const fake_stack = __asan_get_current_fake_stack();
  return fake_stack &&
         __asan_addr_is_in_fake_stack(fake_stack, const_cast<void*>(address), nullptr, nullptr) != nullptr;
}
bool lies_on_own_stack(const void* address) noexcept {
  static thread_local const Stack stack = find_own_stack();
  return lies_in(address, stack.lowest, stack.bytes) || lies_on_fake_stack(address);
}

/// Where nobody else gets at it while the actor's turn waits.
bool is_own(const Running& running, const void* reply) noexcept {
  const Cell& cell = *running.cell;
  if (cell.object && lies_in(reply, cell.object, cell.ops->object_bytes)) return true;
  if (const Turn* turn = running.turn; turn && lies_in(reply, turn->root.address(), turn->frame_bytes))
    return true;
  const Envelope* letter = running.letter;
  return letter && lies_in(reply, letter, letter->ops->block_bytes);
}

void put(AwaitBlock& block, std::uint64_t number, std::uintptr_t holder, std::uint64_t gen,
         const void* reply) noexcept {
  ReplyPlace& place = block.place;
  const auto address = reinterpret_cast<std::uintptr_t>(reply);
  place.holder = holder;
  place.holder_gen = gen;
  place.address = address;
  place.check = check_of(number, holder, gen, address);
}

std::uintptr_t word_of(const Cell& cell, bool certain) noexcept {
  return reinterpret_cast<std::uintptr_t>(&cell) | (certain ? ReplyPlace::is_certain : 0);
}
std::uintptr_t word_of(const ThreadInbox& inbox, bool certain) noexcept {
  return reinterpret_cast<std::uintptr_t>(&inbox) | ReplyPlace::is_thread |
         (certain ? ReplyPlace::is_certain : 0);
}

/// The await is over, and its block perhaps another's. That it ends in the next moment does no harm: `check`
/// has its number in it.
bool is_over(Destination to) noexcept {
  return to.block->state.load(std::memory_order_relaxed) != AwaitBlock::word(to.number, AwaitBlock::pending);
}

/// What this thread has moved last.
constinit thread_local Destination last_held{};

}  // namespace

void hold(Destination to, const void* reply) noexcept {
  if (is_over(to)) return;
  const Running& running = *context.running;
  if (const Cell* cell = running.cell) {
    put(*to.block, to.number, word_of(*cell, is_own(running, reply)),
        cell->gen.load(std::memory_order_relaxed), reply);
  } else if (ThreadInbox* inbox = ThreadInbox::mine_or_null()) {
    put(*to.block, to.number, word_of(*inbox, lies_on_own_stack(reply)), 0, reply);
  } else {
    put(*to.block, to.number, 0, 0, reply);
  }
  context.held_at = reply;
  last_held = to;
}

void hold_in_frame(Destination to, const Cell& cell, const Turn& turn) noexcept {
  if (!to || to.is_inline() || is_over(to)) return;
  const std::uintptr_t address = to.block->place.address;
  const auto* reply = reinterpret_cast<const void*>(address);
  if (to.block->place.check == 0 || !lies_in(reply, turn.root.address(), turn.frame_bytes)) return;
  put(*to.block, to.number, word_of(cell, true), cell.gen.load(std::memory_order_relaxed), reply);
}

void hold_in_thread(Destination to) noexcept {
  ThreadInbox* inbox = ThreadInbox::mine_or_null();
  if (inbox && !is_over(to)) put(*to.block, to.number, word_of(*inbox, true), 0, nullptr);
}

bool Forwarding::hold_in_letter(const Cell& receiver, std::uint64_t gen) noexcept {
  // What was there may have been moved on by another thread, and its address be the letter's by chance.
  if (last_held.block->place.address != reinterpret_cast<std::uintptr_t>(context.held_at)) return false;
  return hold_by(receiver, gen, last_held, context.held_at);
}

bool Forwarding::hold_by(const Cell& receiver, std::uint64_t gen, Destination to,
                         const void* reply) noexcept {
  if (is_over(to)) return false;
  put(*to.block, to.number, word_of(receiver, true), gen, reply);
  number_ = to.number;
  block_ = to.block;
  return true;
}

void Forwarding::look() const noexcept {
  fence_after_store();
  look_from_asker(*block_, number_);
}

}  // namespace troupe::inline v0::detail

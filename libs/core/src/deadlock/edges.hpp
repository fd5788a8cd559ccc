// Who waits for whom, read from any thread. All of it may be out of date when it has been read: what is made
// of it has to be read again, and found the same (circle.cpp). No member has a default: a walk has hundreds.
#pragma once

#include <cstdint>

#include <troupe/detail/await.hpp>

namespace troupe::inline v0::detail {

/// An actor, or a plain thread in get().
struct Waiter {
  Cell* cell;
  std::uint64_t gen;    ///< the actor's
  ThreadInbox* thread;  ///< if it isn't an actor

  static Waiter of(Cell& cell) { return {&cell, cell.gen.load(std::memory_order_relaxed), nullptr}; }
  static Waiter of(ThreadInbox& inbox) { return {nullptr, 0, &inbox}; }
  friend bool operator==(const Waiter&, const Waiter&) = default;
};

/// What somebody waits for.
struct Edge {
  AwaitBlock* block;
  std::uint64_t number;
  Waiter to;               ///< who has the reply
  bool certain;            ///< ... for certain
  bool failure_ends_wait;  ///< though others of its waiter are not answered yet

  friend bool operator==(const Edge&, const Edge&) = default;
};

/// The first block of what it waits for. Null: it has ended, or doesn't wait.
AwaitBlock* first_edge(const Waiter& waiter) noexcept;
enum class Reading : std::uint8_t {
  edge,
  no_edge,  ///< it is answered, or nobody can tell who has the reply
  changed,  ///< the block is somebody else's by now: the waiter has gone on, and its edges are others
};
/// Reads an edge of this waiter. In `next`, unless its edges have changed: the next block to be read.
Reading read_edge(AwaitBlock& block, const Waiter& waiter, Edge& edge, AwaitBlock*& next) noexcept;

/// Whether nothing has come in that it would have to look at.
bool is_at_rest(const Waiter& waiter) noexcept;
/// Makes a waiter that is awake look for a circle when it rests again. False: it doesn't wait any more.
bool ask_to_look(const Waiter& waiter) noexcept;

/// Orders what a waiter has published before its rest, by an atomic exchange, with what it reads afterwards.
/// On x86-64 each locked instruction does so.
inline void fence_after_exchange() noexcept {
#if defined(__x86_64__)
  std::atomic_signal_fence(std::memory_order_seq_cst);
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}
/// As fence_after_exchange(), after a plain store.
void fence_after_store() noexcept;

}  // namespace troupe::inline v0::detail

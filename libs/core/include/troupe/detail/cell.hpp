// A cell: an actor's address made memory. Type-stable: recycled for cells only and never returned while the
// process lives, so whoever holds a stale Ref may send to it safely.
//
// Thread-safety and ownership: the members are grouped by who may touch them. "Token holder" is defined in
// lanes.hpp; the tree guard is a byte lock that protects what an observer of the tree reads.
//
// Invariants
//  1. `gen` holds 29 bits of an exact counter, one step per incarnation, and 32 bits of the path's hash. Of
//     its three top bits two are never set, since in an envelope they are traced_bit and tagged_bit, the
//     other is locked_bit. A message is handled only if its gen is the cell's, compared after the token is
//     had; of a tagged one, all but the hash.
//  2. A cell outlives its object: between the object's end and retire() its path and messages stand.
//  3. A parent's cell lives until its last child's has left the list of children.
//
//  activity  | meaning                                                | stored by the runner, before
//  at_rest   | no runner is in this cell                              | it gives the token back
//  between   | a runner may pop: the lane must not be walked          | it pops
//  any other | in a turn with that message: the lane may be walked,   | it calls the handler
//            | see mailbox_depth.cpp                                  |
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <string>

#include <troupe/detail/context.hpp>
#include <troupe/detail/envelope.hpp>
#include <troupe/detail/interruption.hpp>
#include <troupe/detail/shared.hpp>
#include <troupe/lifecycle.hpp>

namespace troupe::inline v0::detail {

struct Extra;
struct Supervised;
struct Turn;

/// What a tracer that wants tags keeps of an actor: see tracing.hpp. It is the tracer's, which outlives the
/// actor; token holder only.
struct Tags {
  std::uint64_t own = 0;   ///< goes with what the actor tells, with tagged_bit; 0: what it tells has names
  std::uint64_t last = 0;  ///< of the message that it has handled last, the generation; 0: that had no tag
  std::uint32_t left = 0;  ///< messages with the same until the tracer wants to hear of one
};
/// What Extra begins with: as much of it as a send looks at.
struct ExtraHead {
  Tags* tags = nullptr;
};

/// An idle actor keeps its last block as the stub of its lane, up to this size.
inline constexpr std::size_t largest_idle_block = 128;

/// What the runtime has to know about an actor class: one constant per class.
struct ActorOps {
  std::string_view name;
  /// Destroys the object and frees its block. Null: there is nothing to be destroyed.
  void (*destroy)(void* object) noexcept;
  void (*stopping)(void* object, Stopping news);             ///< null: no handler
  void (*restarting)(void* object, const PreRestart& news);  ///< null: no handler
  Envelope* (*started)(Cell&);                               ///< makes its first message; null: no handler
  const SupervisorOptions* supervision;  ///< how it supervises its children; null: it doesn't
  bool reentrant;
  bool urgent;  ///< some of its messages are
  std::size_t object_bytes;
};

template <class T>
class ActorOpsFor;

/// The life of an actor; only `running` handles user messages. It is 0 for Condition::is_plain().
enum class Life : std::uint8_t {
  running,
  draining,   ///< reentrant: asked to stop, waits for the turns that are under way
  stopping,   ///< its children stop, one after the other
  failed,     ///< waits for its supervisor's word; its object must not be used
  down,       ///< has no object until its supervisor starts it again
  unborn,     ///< no actor, or one under construction
  stillborn,  ///< its constructor has thrown, while somebody else had the token: see lifecycle/birth.hpp
};

/// What each activation looks at first: all zero where nothing is out of the ordinary.
struct alignas(std::uint32_t) Condition {
  Life life = Life::unborn;
  bool suspended = false;      ///< an exclusive turn awaits: user messages stay in the lane
  bool has_front : 1 = false;  ///< unstashed messages stand before the lane
  bool locked : 1 = false;     ///< it is a LockedCell: messages aren't in the lane
  bool held : 1 = false;       ///< by the actor itself: user messages stay in the mailbox
  // Said by the message itself, in Dispatch::run().
  bool large_stub : 1 = false;    ///< the lane's last block is too large for an actor at rest
  bool stops_itself : 1 = false;  ///< it has asked itself to stop, when nothing was in its mailbox
  std::uint8_t unused : 3 = 0;
  StopReason reason = StopReason::stopped;  ///< of an actor that is on its way out

  /// Changes several members, or one that is looked at soon, in one store: is_plain() reads all in one load,
  /// and would have to wait for narrower stores.
  template <class Change>
  void change(Change&& make) {
    auto changed = std::bit_cast<Condition>(word());
    make(changed);
    // release: what was built before, for who sees that it is; pairs with word().
    __atomic_store_n(reinterpret_cast<Word*>(this), std::bit_cast<std::uint32_t>(changed), __ATOMIC_RELEASE);
  }
  void leave_running(Life next, StopReason why) {
    change([&](Condition& now) {
      now.life = next;
      now.reason = why;
      now.stops_itself = false;
    });
  }
  /// By the token holder, before it knows whether the object is built.
  bool is_born() const { return std::bit_cast<Condition>(word()).life < Life::unborn; }
  /// It runs, and its next message is the lane's. One comparison, where the compilers would make three.
  bool is_plain() const { return word() == 0; }
  /// The same of a LockedCell: its next message is its mailbox's.
  bool is_plain_locked() const {
    return word() == std::bit_cast<std::uint32_t>(Condition{.life = Life::running, .locked = true});
  }

 private:
  using Word [[gnu::may_alias]] = std::uint32_t;
  // Atomic, since who has taken the token while the object is built looks here too.
  std::uint32_t word() const {
    return __atomic_load_n(reinterpret_cast<const Word*>(this), __ATOMIC_ACQUIRE);
  }
};
static_assert(sizeof(Condition) == sizeof(std::uint32_t) && Life{} == Life::running &&
              StopReason{} == StopReason::stopped);

/// What a child is to its parent: whether that stops it, and wants to hear of its end.
enum class ParentWaits : std::uint8_t {
  no,
  yes,
  no_longer,  ///< its time is up: it was killed, and the parent goes on with its siblings
  left,       ///< it has ended, and is in the list still: see lifecycle/siblings.hpp
};

/// See Cell::stub_class.
inline constexpr std::uint8_t unknown_class = 0xFF;
static_assert(block_classes < unknown_class);

// What Cell::activity holds outside of turns.
extern const MessageOps at_rest;
extern const MessageOps between;

struct alignas(64) Cell {
  // The first cache line is the senders': each message writes the last word of it. What the runner looks at
  // for each message is on the second line, else the two would take it from each other.

  // --- any thread --------------------------------------------------------------------------------------
  /// Group* with flags in its low bits. Atomic since a stale sender may read it while a spawn writes it.
  std::atomic<std::uintptr_t> home{0};
  Cell* ready_next = nullptr;  ///< link of who holds the cell: a ready queue, or, when dead, the departures
  // --- constant for the incarnation
  Shared<Cell*> parent{nullptr};  ///< looked at by any thread
  const ActorOps* ops = nullptr;
  // --- token holder
  Turn* turns = nullptr;  ///< suspended coroutine turns, newest first
  // --- see there
  Lanes lanes;

  // --- any thread
  std::atomic<std::uint64_t> gen{0};
  // --- token holder: what each message needs, after the tails on the second line ------------------------
  void* object = nullptr;
  std::atomic<const MessageOps*> activity{&at_rest};
  std::atomic<std::uint64_t> handled{0};
  Condition condition;
  Interruption observed;  ///< an observer walks the lane: don't pop
  /// The pool's size class of the block that is the stub of the lane of messages, or `unknown_class`: the
  /// next pop frees it, and would else have to wait for its operations' table.
  std::uint8_t stub_class = 0;
  std::atomic<bool> built{false}, came_early{false};  ///< see lifecycle/birth.hpp

  // --- token holder: what few messages need -------------------------------------------------------------
  Extra* extra = nullptr;  ///< owned: what few actors need
  /// The newest AwaitBlock that its exclusive turn waits for, perhaps with look_bit; 0: it waits for none, or
  /// a deadlock can't come of it. Read by any thread. Of a dead cell: the next of those that have to be
  /// drained. Not ready_next: a spawn that comes by may use that (memory/cells.cpp).
  std::atomic<std::uintptr_t> waits_for{0};
  // --- constant for the incarnation
  const std::string* path = nullptr;  ///< owned, of named actors
  std::uint32_t ordinal = 0;          ///< its place in the parent's order of spawns
  std::uint32_t shutdown_ms = 0;      ///< how long its parent's stop waits for it
  // --- under the parent's tree guard
  Cell* previous_sibling = nullptr;
  Shared<Cell*> next_sibling{nullptr};  ///< of the last child: written by who appends another
  ParentWaits parent_waits = ParentWaits::no;
  // --- under this cell's tree guard, which is on the line of what it guards: a parent's line goes from one
  // processor to the other with each child that comes or ends
  std::atomic<bool> tree_guard{false};
  std::atomic<bool> closed_to_children{true};  ///< stored under the guard, or while nobody else may spawn
  std::uint8_t children = 0;                   ///< flags of ours; constant for the incarnation
  // Under the guard; or, where only its own turns spawn, the token holder's, and read under the guard.
  std::uint32_t next_child_ordinal = 0;
  Shared<Cell*> last_child{nullptr};

  // children's bits
  static constexpr std::uint8_t by_own_turns = 1;  ///< nobody else spawns under it
  static constexpr std::uint8_t plain = 2;         ///< without options, what is there to do for one is known

  // home's low bits
  static constexpr std::uintptr_t never_inline = 1;   ///< pinned, or switched off by its options
  static constexpr std::uintptr_t threads_enter = 2;  ///< plain threads may run its handlers for an ask
  static constexpr std::uintptr_t supervised = 4;  ///< `extra` has a Supervised, as long as it is in the tree
  static constexpr std::uintptr_t home_flags = 7;
  /// Of a dead cell: those who watch its actor are being told of the end. Stored by who retires it; looked at
  /// by late senders who have a signal for it.
  static constexpr std::uintptr_t telling = threads_enter;

  static Group* group_of(std::uintptr_t home_word) {
    return reinterpret_cast<Group*>(home_word & ~home_flags);
  }
  Group& group() const { return *group_of(home.load(std::memory_order_relaxed)); }
  bool is(std::uint64_t generation) const { return gen.load(std::memory_order_acquire) == generation; }
  Extra& extras();
};
/// Null: no tracer keeps any. @pre the caller holds the token
inline Tags* tags_of(const Cell& cell) noexcept {
  return cell.extra ? reinterpret_cast<const ExtraHead*>(cell.extra)->tags : nullptr;
}
static_assert(sizeof(Cell) <= 192, "a cell is three cache lines: see the bar on bytes per actor");

/// The largest counter of a generation: a cell that comes to it isn't used again.
inline constexpr std::uint32_t last_counter = 0x1FFFFFFFu;
inline std::uint32_t counter_of(std::uint64_t gen) {
  return static_cast<std::uint32_t>(gen >> 32) & last_counter;
}
/// Whether the generation is that of a cell whose mailbox has rules. For observers: `condition` is the token
/// holder's.
inline bool is_locked(std::uint64_t gen) { return (gen & locked_bit) != 0; }
/// Of a cell of the same kind as that of `gen`.
inline std::uint64_t make_gen(std::uint64_t gen, std::uint32_t counter, std::uint32_t path_hash) {
  return (gen & locked_bit) | std::uint64_t{counter} << 32 | path_hash;
}
inline std::uint32_t path_hash_of(std::uint64_t gen) { return static_cast<std::uint32_t>(gen); }
/// The gen of a cell whose actor has ended, and that no other has entered: no path's hash is 0.
inline bool is_void(std::uint64_t gen) { return path_hash_of(gen) == 0; }

/// Hands a cell, whose token the caller holds, to its ready queue. Out of line: most sends find the receiver
/// busy. noexcept: a handler that ends with a tell needs no frame of its own for it.
void schedule(Cell& cell) noexcept;
/// Empties the lanes of a dead cell, whose token the caller holds.
void drain_dead(Cell& cell);
/// What a sender does with the answer of a lane.
inline void wake(Cell& cell, Wake what) {
  if (what == Wake::schedule) [[likely]]
    return schedule(cell);
  drain_dead(cell);
}

/// Of a cell whose mailbox has rules.
void send_locked(Cell& cell, Envelope* envelope);

/// As send(), of a cell whose mailbox has no rules.
inline void send_unlocked(Cell& cell, Envelope* envelope) {
  const Wake what = cell.lanes.send_user(envelope);
  if (what != Wake::none) return wake(cell, what);
  context.note_send_to_busy(cell);
}
/// Enqueues a user message and wakes the receiver. Never blocks.
inline void send(Cell& cell, Envelope* envelope) {
  if (envelope->gen & locked_bit) [[unlikely]]
    return send_locked(cell, envelope);
  send_unlocked(cell, envelope);
}
inline void send_signal(Cell& cell, Envelope* envelope) {
  const Wake what = cell.lanes.send_signal(envelope);
  if (what != Wake::none) wake(cell, what);
}

/// The path as far as it is known: complete for a living actor. @pre the caller holds the token of `cell`
/// or of one of its children
std::string path_of(const Cell& cell);

}  // namespace troupe::inline v0::detail

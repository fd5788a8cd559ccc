// The await block, which makes answer, deadline, stop and kill race by one CAS; where an answer goes; and who
// waits for it. Await blocks are type-stable and their numbers never repeat, so a late answer finds out that
// it is late.
//
// Invariant: `state` holds (number << 2 | phase). Whoever moves it from `pending` to `answered` sends exactly
// one answer; all others are late.
//
//  phase    | meaning                                    | stored by
//  vacant   | nobody waits                               | the asker: free, or taken but not yet asking
//  pending  | an answer is wanted                        | the asker, before the message is sent
//  answered | an answer is under way to the asker        | replier, timer, the end of an actor: by CAS
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <source_location>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/detail/timer_node.hpp>
#include <troupe/detail/wait_edge.hpp>

namespace troupe::inline v0::detail {

class ThreadInbox;
class SinkBase;

/// An await that has to wait for room in a mailbox, with what it will put there.
struct RoomWait {
  Cell* cell = nullptr;  ///< the asker's: whose mailbox it may wait in; null: it never had to
  Shared<bool> delivers{
      false};  ///< room is all that it waits for; set by the asker before `pending` is stored
  // Under the mailbox's lock.
  Envelope* letter = nullptr;  ///< null: it doesn't wait, or not any more
  AwaitBlock* next = nullptr;
  AwaitBlock* previous = nullptr;
};

struct AwaitBlock {
  enum Phase : std::uint64_t { vacant = 0, pending = 1, answered = 2 };

  std::atomic<std::uint64_t> state{0};
  // Set by the asker before `pending` is stored; constant until the answer is consumed.
  Shared<Cell*> asker{nullptr};  ///< null: a thread asks
  Shared<std::uint64_t> asker_gen{0};
  Shared<ThreadInbox*> inbox{nullptr};
  SinkBase* sink = nullptr;  ///< asker only; null: the asker has lost interest
  // Who is waited for, for people and for the deadlock walk.
  Shared<Cell*> target{nullptr};
  Shared<std::uint64_t> target_gen{0};
  Shared<const MessageOps*> message{nullptr};
  Shared<std::source_location> where{std::source_location()};
  Shared<std::int64_t> since{0};           ///< in ns of the system's clock
  Shared<AwaitBlock*> next_edge{nullptr};  ///< of the same turn, which waits for both
  AwaitBlock* previous_edge = nullptr;     ///< asker only
  Shared<std::uint64_t> order{0};          ///< of what began at one moment of a clock that stands still
  Shared<bool> failure_ends_wait{true};    ///< of several that its asker waits for
  ReplyPlace place;
  // Under the lock of circles (deadlock/circle.cpp).
  std::uint64_t reported = 0;              ///< the last await that was reported
  std::uint64_t suspicion = 0;             ///< the circle that was suspected last
  std::int64_t suspected_since = 0;        ///< in ns
  std::uint64_t traced_ask = 0;            ///< the ask's name for the tracer; 0: it isn't traced
  std::atomic<Runtime*> runtime{nullptr};  ///< whose clock and dead letters serve it
  DeadlineNode deadline{*this};
  RoomWait room;

  static std::uint64_t word(std::uint64_t number, Phase phase) { return number << 2 | phase; }
  std::uint64_t number() const { return state.load(std::memory_order_relaxed) >> 2; }

  /// The right to send the answer of await `number`; at most one caller gets it.
  bool claim(std::uint64_t number) {
    std::uint64_t expected = word(number, pending);
    // acquire: the asker's fields; pairs with the release store of `pending`.
    return state.compare_exchange_strong(expected, word(number, answered), std::memory_order_acq_rel,
                                         std::memory_order_relaxed);
  }
};

AwaitBlock* take_await_block();
/// The await is over: its number is spent. @pre no answer is under way
void free_await_block(AwaitBlock* block) noexcept;

/// Where an answer goes: the half of an ask that travels to the answerer. Either an await, or, while the
/// handler runs inside the asker's own thread, the asker's sink.
struct Destination {
  AwaitBlock* block = nullptr;
  std::uint64_t number = 0;  ///< 0 with a block that isn't null: `block` is a SinkBase*

  static Destination inline_sink(SinkBase& sink) { return {reinterpret_cast<AwaitBlock*>(&sink), 0}; }
  explicit operator bool() const { return block != nullptr; }
  bool is_inline() const { return block != nullptr && number == 0; }
  SinkBase* sink() const { return reinterpret_cast<SinkBase*>(block); }
  friend bool operator==(const Destination&, const Destination&) = default;
};

/// The letter of an ask, unless its message carries the Reply.
struct AskedLetter : Envelope {
  AskedLetter(const MessageOps* operations, std::uint64_t generation) : Envelope(operations, generation) {}
  union {
    Destination to;  ///< set by whoever sends the letter, or drops it; a union spares it to be set twice
  };
};

/// Where the answer to an ask's letter goes: a place in the letter.
inline Destination& destination_in(Envelope& letter) {
  return letter.ops->destination ? letter.ops->destination(letter) : static_cast<AskedLetter&>(letter).to;
}

/// One that waits for one answer or for several: a suspended coroutine, or a thread.
class Waiting {
 public:
  enum class Until : std::uint8_t { all, first };

  Waiting(Until until, std::uint32_t answers) : missing_(answers), until_(until), over_(answers == 0) {}

  /// Counts an answer. True: with this one the waiter can go on.
  bool arrived(bool good) {
    if (over_) return false;
    --missing_;
    over_ = missing_ == 0 || (until_ == Until::all ? !good : good);
    return over_;
  }
  bool over() const { return over_; }
  Until until() const { return until_; }

  /// Set by the awaiter of a coroutine; a thread leaves them null.
  void suspend(std::coroutine_handle<> awaiting) {
    handle = awaiting;
    turn = context.running->turn;
    cell = context.running->cell;
  }
  /// Says of what has been sent where in the source it is awaited.
  void note(const std::source_location& where) {
    for (AwaitBlock* block = edges; block; block = block->next_edge) block->where = where;
  }

  std::coroutine_handle<> handle;
  Turn* turn = nullptr;
  Cell* cell = nullptr;
  AwaitBlock* edges = nullptr;  ///< what is waited for, as far as a deadlock may come of it

 private:
  std::uint32_t missing_;
  Until until_;
  bool over_;
};

}  // namespace troupe::inline v0::detail

// What the current thread is doing: one record per thread, read on the hot paths.
#pragma once

#include <cstdint>
#include <utility>

#include <troupe/fwd.hpp>

namespace troupe::inline v0::detail {

struct Turn;
struct Destination;

/// Where the answer to a message without a letter goes, if its handler doesn't give it in the call.
struct PutOff {
  Destination (*open)(PutOff&, Cell& target);
};

/// What runs in a turn: one record on the stack per turn, nested by inline asks.
struct Running {
  Cell* cell = nullptr;        ///< the actor whose turn it is; null outside turns
  Turn* turn = nullptr;        ///< its coroutine, while one runs
  Envelope* letter = nullptr;  ///< the message in hand; null: a direct ask's, which has none
  bool inline_run = false;     ///< the letter came by an inline ask: it isn't in the lane
  PutOff* put_off = nullptr;   ///< of a direct ask, if its handler may put the answer off
};

/// What runs where no turn does. Never written to.
inline constinit Running outside_turns{};

/// After so many messages a cell goes to the end of the ready queue.
inline constexpr std::uint32_t turns_per_activation = 256;
/// After so many messages to others that are busy already, a cell makes way for them. The messages still are
/// in a processor's cache then.
inline constexpr std::uint32_t sends_per_activation = 1024;

struct Context {
  Running* running = &outside_turns;
  Running base;                      ///< the outermost turn's, on a scheduler's threads
  Worker* worker = nullptr;          ///< set on a scheduler's threads
  const Group* group = nullptr;      ///< that worker's
  const char* stack_base = nullptr;  ///< where the outermost turn of this thread began
  std::uint32_t inline_budget = 0;   ///< inline asks left in this activation
  /// Messages to busy cells, of an activation that is longer than a turn. Below zero where a turn sends more.
  std::uint32_t sends_left = sends_per_activation;
  const Cell* sent_to = nullptr;     ///< where the last of them went
  std::uint64_t traced_message = 0;  ///< the tracer's name for the message in hand; 0: it isn't traced
  std::uint64_t tag = 0;             ///< goes with what is told; 0: no turn runs, or one that tells by name
  const Cell* teller = nullptr;      ///< whose tag it is
  /// Whose object is being built; null once Actor's constructor has seen it.
  Cell* under_construction = nullptr;
  const void* held_at = nullptr;  ///< where this thread has moved a Reply last
  std::uint32_t frame_bytes = 0;  ///< of the coroutine frame that it has allocated last

  /// A message has come to a cell that is busy. Those to oneself are no load on anybody else.
  void note_send_to_busy(const Cell& cell) {
    if (running->cell == &cell) return;
    sent_to = &cell;
    if (--sends_left == 0) [[unlikely]]
      let_others_run();
  }
  /// A plain thread lets others have its processor, the receiver's worker perhaps.
  void let_others_run() noexcept;
  bool has_sent_enough() const { return static_cast<std::int32_t>(sends_left) <= 0; }
  std::uint32_t sends_made() const { return sends_per_activation - sends_left; }
};

// constinit on the declaration spares the compilers the wrapper that would construct it. initial-exec: the
// library is compiled for any position, where the default model calls a function for each access, which
// the linker takes out again, but not the registers that were saved for it.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Context context;

/// Installs what runs, for the scope of a turn.
class TurnScope {
 public:
  explicit TurnScope(Running& running) : outer_(context.running) { context.running = &running; }
  TurnScope(const TurnScope&) = delete;
  TurnScope& operator=(const TurnScope&) = delete;
  ~TurnScope() { context.running = outer_; }

 private:
  Running* outer_;
};

/// The same of an actor's code that is no turn.
class OutOfTurnScope : TurnScope {
 public:
  using TurnScope::TurnScope;
  ~OutOfTurnScope() { context.tag = tag_; }

 private:
  std::uint64_t tag_ = std::exchange(context.tag, 0);
};

/// Sets up what the activations of a thread have in common: `base` is the record of their outermost turns. In
/// it the last one's stays until the next begins, so whatever else runs in between needs a scope of its own.
class RunnerScope {
 public:
  RunnerScope()
      : outer_base_(std::exchange(context.base, {})),
        outer_stack_base_(
            std::exchange(context.stack_base, static_cast<const char*>(__builtin_frame_address(0)))),
        scope_(context.base) {
    context.tag = 0;
  }
  RunnerScope(const RunnerScope&) = delete;
  RunnerScope& operator=(const RunnerScope&) = delete;
  ~RunnerScope() {
    context.base = outer_base_;
    context.tag = 0;  // `teller` may be another by now
    context.stack_base = outer_stack_base_;
  }

 private:
  Running outer_base_;
  const char* outer_stack_base_;
  TurnScope scope_;
};

}  // namespace troupe::inline v0::detail

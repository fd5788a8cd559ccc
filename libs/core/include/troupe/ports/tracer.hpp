// Who is told what happens in a system: a port. docs/design/tracing.md says how it works.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include <troupe/actor_id.hpp>

namespace troupe::inline v0 {

enum class TraceKind : std::uint8_t {
  spawn,         ///< `actor` comes to be, made by `by`
  send,          ///< `by` sends `message` to `actor`
  ask,           ///< the same, and wants an answer
  timer,         ///< `by` has set a timer that sends `message` to `actor`, which is `by` itself
  turn_begin,    ///< `actor` handles `message`
  turn_suspend,  ///< its handler waits; its thread goes on elsewhere
  turn_resume,   ///< what it waited for has come: the answer to the ask `cause`, if that one was traced
  turn_end,      ///< its handler has ended
  turn_discard,  ///< its handler was waiting, and won't go on: the actor has stopped
  answer,        ///< `by` answers the ask `message` of `actor`
  stop,          ///< `actor` has ended; `text` says why
  failure,       ///< an exception has left the handler of `message`; `text` says which
  dead_letter,   ///< `message` could not be handled by `actor`; `text` says why
  control,       ///< `by` stops, kills, joins, watches or unwatches `actor`: `type` says which
};
inline constexpr std::size_t trace_kinds = 14;

std::string_view to_string(TraceKind kind) noexcept;

/// What a tracer is told. Its strings outlive the process, but for `text`, which is gone after the call.
struct TraceEvent {
  TraceKind kind;
  ActorId actor;
  ActorId by;                 ///< nobody: a thread outside of actors, or a message that wasn't traced
  std::uint64_t message = 0;  ///< by the tracer's own name_message(); 0: it isn't traced
  std::uint64_t cause = 0;    ///< the message in whose turn this happened; 0: none, or not traced
  std::string_view type;      ///< the message's class; of a spawn and a stop, the actor's
  std::string_view text;
};

/// Give it to a System by SystemOptions::tracer; it must outlive the system.
/// Thread-safety: all functions from any thread. They are called inside of sends and turns, so they must
/// neither block nor send.
class Tracer {
 public:
  Tracer() = default;
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  virtual ~Tracer() { switch_off(); }

  /// A name for a message to `actor` that is about to be made, not 0; or 0 to leave it out. `cause` is the
  /// traced message in whose turn that happens, else 0; `in_turn` says whether it happens in a turn at all.
  virtual std::uint64_t name_message(ActorId actor, std::uint64_t cause, bool in_turn) noexcept = 0;
  virtual void record(const TraceEvent& event) noexcept = 0;

  // What comes with each message, with its arguments in registers. By default it is recorded like all else.
  // `type` and what it views stand for all time.

  /// `actor` is about to be told a message by whoever runs in this thread: names it, and, unless the name is
  /// 0, records its send.
  virtual std::uint64_t told(ActorId actor, const std::string_view& type) noexcept;
  /// While it is called, context is still that of an outer turn, which has asked in place, if there is one.
  virtual void turn_begun(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept;
  virtual void turn_ended(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept;

  /// `actor` is about to handle a message of the actor whose tag this is: see want_tags().
  virtual void tagged(ActorId actor, std::uint32_t tag) noexcept;

  /// A scheduler's thread has found nothing more to run, and is about to sleep.
  virtual void thread_rests() noexcept {}

  /// Until then it is told nothing. Messages that are on their way when it is switched aren't traced.
  void switch_on() noexcept;
  void switch_off() noexcept;
  bool is_on() const noexcept { return on_.load(std::memory_order_relaxed); }

  /// Of which turns that aren't inside of others it isn't told the end, since what comes next in their thread
  /// says as much: another such turn, or thread_rests().
  enum class Inferred : std::uint8_t { none, never_resumed, all };
  Inferred infers_ends() const noexcept { return infers_ends_.load(std::memory_order_relaxed); }

 protected:
  /// What matters of most messages is only who has sent them. So those that actors tell each other in their
  /// turns have no names then, and none of these calls is made for them, but the sender's tag, and the
  /// receiver's turns are counted by it: detail::Tags. The tracer gives actors theirs, by
  /// detail::keep_tags(), and hears of a turn by tagged() when the count has to be begun anew. Messages that
  /// need more than that have names as ever. @pre it is off
  void want_tags() noexcept { wants_tags_ = true; }
  void infer_ends(Inferred which) noexcept { infers_ends_.store(which, std::memory_order_relaxed); }

 private:
  // Relaxed all over: who sees a switch late traces a message more or less. What a tracer keeps, it guards.
  bool wants_tags_ = false;
  std::atomic<bool> on_{false};
  std::atomic<Inferred> infers_ends_{Inferred::none};
};

}  // namespace troupe::inline v0

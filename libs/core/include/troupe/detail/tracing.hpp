// How messages get their names for the tracer: see docs/design/tracing.md.
//
// A traced letter's block is longer by a word behind the letter, which holds the name; `traced_bit` in the
// generation of its envelope says that it is there.
//
// A tagged letter has its sender's tag in its generation instead, and is no longer than others: see
// Tracer::want_tags().
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/detail/envelope.hpp>
#include <troupe/ports/tracer.hpp>

namespace troupe::inline v0::detail {

/// How many tracers are on, in all systems of the process. What senders look at.
extern constinit std::atomic<std::uint32_t> tracers_on;
/// Relaxed: see Tracer::on_.
inline bool tracing() noexcept { return tracers_on.load(std::memory_order_relaxed) != 0; }
/// What one that wants tags counts for. Letters are tagged while it is the only one that is on: another would
/// miss them.
inline constexpr std::uint32_t one_with_tags = 0x10001;
inline bool tagging() noexcept { return tracers_on.load(std::memory_order_relaxed) == one_with_tags; }

/// The name of a message that is about to be made for this receiver; 0: it isn't traced.
std::uint64_t name_message(Cell& receiver, std::uint64_t gen) noexcept;
/// As name_message(), and tells the tracer that it is sent.
std::uint64_t name_told(Cell& receiver, std::uint64_t gen, const MessageOps& ops) noexcept;
/// A message that was named by name_told() could not be made.
void trace_unmade(Cell& receiver, std::uint64_t gen, std::uint64_t name, const MessageOps& ops) noexcept;
/// @pre the letter is traced
inline std::uint64_t name_of_traced(const Envelope& letter) noexcept {
  std::uint64_t name;
  // The built-in: <cstring> is 500 lines, of the 60,000 that the umbrella header may have.
  __builtin_memcpy(&name, reinterpret_cast<const char*>(&letter) + traced_offset(letter.ops->block_bytes),
                   sizeof name);
  return name;
}
/// The name of a letter; 0: it isn't traced.
inline std::uint64_t name_of(const Envelope& letter) noexcept {
  return letter.is_traced() ? name_of_traced(letter) : 0;
}

// What happens, told to the tracer of the actor's system. `by` and `cause` are what runs in this thread.
/// A tagged letter is about to be handled, and there is more to do than to count it.
void trace_tagged(Cell& receiver, std::uint32_t tag) noexcept;
/// Null: none any more. @pre the caller holds the token. @throws std::bad_alloc
void keep_tags(Cell& cell, Tags* tags);
void trace_letter(TraceKind kind, Cell& receiver, const Envelope& letter) noexcept;
/// Of a periodic timer: its own name is the cause.
void trace_tick(Cell& receiver, const Envelope& letter, std::uint64_t timer) noexcept;
void trace_answer(Cell* asker, std::uint64_t asker_gen, std::uint64_t ask, std::string_view type,
                  Runtime* runtime) noexcept;
/// Of an ask that ran in the asker's thread: `target` has answered who runs in it.
void trace_inline_answer(Cell& target, std::uint64_t ask, std::string_view type) noexcept;
void trace_spawn(Cell& cell) noexcept;
void trace_stop(Cell& cell) noexcept;
void trace_failure(Cell& cell, const MessageOps& message, std::string_view text) noexcept;
void trace_drop(Cell& receiver, const Envelope& letter, const Drop& why) noexcept;
void trace_discard(Cell& cell, std::uint64_t message, const MessageOps& ops) noexcept;
void trace_rest(const Runtime& runtime) noexcept;

/// Makes a letter with a name. @throws as make_envelope()
template <class E, class... Args>
E* make_named_letter(std::uint64_t name, const MessageOps* ops, std::uint64_t gen, Args&&... args) {
  constexpr std::size_t bytes = traced_bytes(sizeof(E));
  void* block = allocate_block<bytes>();
  E* letter = nullptr;
  try {
    letter = ::new (block) E(ops, gen | traced_bit, std::forward<Args>(args)...);
  } catch (...) {
    free_block(block, bytes);
    throw;
  }
  __builtin_memcpy(static_cast<char*>(block) + traced_offset(sizeof(E)), &name, sizeof name);
  return letter;
}

/// Makes a letter to `receiver`, with a name if it is to be traced. @throws as make_envelope()
template <class E, class... Args>
E* make_letter(Cell& receiver, const MessageOps* ops, std::uint64_t gen, Args&&... args) {
  if (tracing()) [[unlikely]] {
    if (const std::uint64_t name = name_message(receiver, gen)) {
      return make_named_letter<E>(name, ops, gen, std::forward<Args>(args)...);
    }
  }
  return make_envelope<E>(ops, gen, std::forward<Args>(args)...);
}

/// The generation for a letter that is told now, with its sender's tag; 0: it needs a name. An actor's
/// messages to itself do, since timers may change their order, and so do those whose turn may wait: it is
/// known by it. And so do those to mailboxes with rules, and those that are sent outside of turns.
inline std::uint64_t tagged(const Cell& receiver, std::uint64_t gen, const MessageOps& ops) noexcept {
  const std::uint64_t to = gen ^ context.tag;
  // Whether it has the one bit and not the other, in one comparison.
  constexpr auto least = static_cast<std::int64_t>(tagged_bit | locked_bit);
  if (static_cast<std::int64_t>(to) >= least || ops.is_task || context.teller == &receiver) return 0;
  return to;
}

/// The same of a message that is told: tagged, or with a name, and the tracer hears of its send at once: it
/// costs one call, not two.
template <class E, class... Args>
E* make_told_letter(Cell& receiver, const MessageOps* ops, std::uint64_t gen, Args&&... args) {
  if (const std::uint64_t to = tagged(receiver, gen, *ops); to != 0)
    return make_envelope<E>(ops, to, std::forward<Args>(args)...);
  const std::uint64_t name = tracing() ? name_told(receiver, gen, *ops) : 0;
  if (name == 0) return make_envelope<E>(ops, gen, std::forward<Args>(args)...);
  try {
    return make_named_letter<E>(name, ops, gen, std::forward<Args>(args)...);
  } catch (...) {
    trace_unmade(receiver, gen, name, *ops);
    throw;
  }
}

/// Sends what make_letter() has made.
inline void send_letter(Cell& receiver, Envelope* letter) {
  // Before it is enqueued: afterwards it may be gone.
  if (letter->is_traced()) [[unlikely]]
    trace_letter(TraceKind::send, receiver, *letter);
  send(receiver, letter);
}

}  // namespace troupe::inline v0::detail

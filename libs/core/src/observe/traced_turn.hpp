// The turn of a traced message, or a part of it: the tracer hears of its begin and, if it wants, of its end.
#pragma once

#include <cstdint>
#include <utility>

#include <troupe/detail/context.hpp>
#include <troupe/detail/tracing.hpp>

#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

/// The tracer of a system, if it is on.
inline Tracer* tracer_of(const Runtime* runtime) noexcept {
  Tracer* tracer = runtime ? runtime->tracer() : nullptr;
  return tracer && tracer->is_on() ? tracer : nullptr;
}
inline Tracer* tracer_of(const Cell& cell) noexcept { return tracer_of(Runtime::of(cell)); }

/// What goes with what the actor tells in its turns; 0: what it tells has names. @pre the caller holds the
/// token
inline std::uint64_t tag_of(const Cell& cell) noexcept {
  const Tags* tags = tags_of(cell);
  return tags && tagging() ? tags->own : 0;
}

/// `tracer` may be null.
void trace_resume(Tracer* tracer, Cell& cell, std::uint64_t message, const MessageOps& ops,
                  std::uint64_t answered_ask) noexcept;
/// The turn is over, or waits. `inferred`: the tracer knows of an end by itself.
void tell_end(Tracer& tracer, Cell& cell, std::uint64_t message, const MessageOps& ops,
              bool inferred) noexcept;

enum class TurnPart : std::uint8_t { first, resumed };

/// From here to the end of the scope, what happens in this thread is because of the message.
class TracedTurn {
 public:
  /// `tracer`: who has been told of the begin; null: it was off. A system has the same one all its life.
  /// `outer`: the message of the turn around this one; `part`: what part of its own turn it is.
  TracedTurn(Tracer* tracer, Cell& cell, std::uint64_t message, const MessageOps& ops,
             std::uint64_t outer = context.traced_message, TurnPart part = TurnPart::first) noexcept
      : tracer_(tracer),
        cell_(cell),
        ops_(ops),
        outer_(outer),
        outer_tag_(context.tag),
        outer_teller_(context.teller),
        part_(part) {
    context.traced_message = message;
    context.teller = &cell;
    context.tag = tag_of(cell);
  }
  TracedTurn(const TracedTurn&) = delete;
  TracedTurn& operator=(const TracedTurn&) = delete;
  ~TracedTurn() {
    context.teller = outer_teller_;
    context.tag = outer_tag_;
    const std::uint64_t message = std::exchange(context.traced_message, outer_);
    if (!tracer_) [[unlikely]]
      return;
    const bool inferred = outer_ == 0 && context.worker != nullptr && is_inferred();
    if (!inferred || cell_.turns) [[unlikely]]
      tell_end(*tracer_, cell_, message, ops_, inferred);
  }

 private:
  bool is_inferred() const noexcept {
    const Tracer::Inferred which = tracer_->infers_ends();
    return part_ == TurnPart::first ? which != Tracer::Inferred::none : which == Tracer::Inferred::all;
  }

  Tracer* const tracer_;
  Cell& cell_;
  const MessageOps& ops_;
  const std::uint64_t outer_;
  const std::uint64_t outer_tag_;
  const Cell* const outer_teller_;
  const TurnPart part_;
};

/// Tells the tracer of the cell's system, if it is on, and returns it.
inline Tracer* tell_begin(Cell& cell, std::uint64_t gen, std::uint64_t message,
                          const MessageOps& ops) noexcept {
  Tracer* tracer = cell.group().runtime().tracer();
  if (!tracer || !tracer->is_on()) [[unlikely]]
    return nullptr;
  tracer->turn_begun({&cell, gen}, message, ops.message);
  return tracer;
}

/// As run_traced(), in place; `outer` as of TracedTurn.
inline void run_traced_here(Cell& target, Envelope& letter, std::uint64_t outer) {
  // Read before: the turn may free the letter.
  const MessageOps& ops = *letter.ops;
  const std::uint64_t message = name_of_traced(letter);
  const TracedTurn turn(tell_begin(target, letter.addressee(), message, ops), target, message, ops, outer);
  ops.run(target, letter);
}

}  // namespace troupe::inline v0::detail

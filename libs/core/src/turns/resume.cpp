// An answer has come: back into the coroutine that waits for it.
#include <exception>

#include <troupe/detail/await.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/detail/turn.hpp>

#include "observe/traced_turn.hpp"

namespace troupe::inline v0::detail {

void answer_arrived(Cell& cell, SinkBase& sink, bool good) {
  if (cell.condition.life == Life::failed) return;  // the turn is about to be discarded
  Waiting& waiting = sink.waiting();
  if (!waiting.arrived(good || sink.errors_are_values()) || !waiting.handle) return;
  Turn& turn = *waiting.turn;
  cell.waits_for.store(0, std::memory_order_relaxed);
  Running running{&cell, &turn, turn.envelope, true};
  const TurnScope scope(running);
  cell.activity.store(turn.envelope->ops, std::memory_order_release);
  const auto go_on = [&] {
    waiting.handle.resume();
    if (!turn.root.done()) return;
    unlist_turn(cell, turn);
    turn.finish(cell, turn);
  };
  if (turn.traced_message == 0) return go_on();
  const std::uint64_t message = turn.traced_message;
  const MessageOps& ops = *turn.envelope->ops;
  Tracer* tracer = tracer_of(cell);
  trace_resume(tracer, cell, message, ops, sink.traced_ask);
  const TracedTurn traced(tracer, cell, message, ops, context.traced_message, TurnPart::resumed);
  go_on();
}

}  // namespace troupe::inline v0::detail

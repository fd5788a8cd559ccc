#include <cassert>
#include <string>

#include <troupe/detail/inline_run.hpp>
#include <troupe/detail/ref_services.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/detail/turn.hpp>
#include <troupe/lifecycle.hpp>

#include "lifecycle/pin.hpp"
#include "observe/control_trace.hpp"
#include "observe/describe.hpp"
#include "observe/traced_turn.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0 {

std::string_view to_string(TraceKind kind) noexcept {
  switch (kind) {
    case TraceKind::spawn:
      return "spawn";
    case TraceKind::send:
      return "send";
    case TraceKind::ask:
      return "ask";
    case TraceKind::timer:
      return "timer";
    case TraceKind::turn_begin:
      return "begin";
    case TraceKind::turn_suspend:
      return "suspend";
    case TraceKind::turn_resume:
      return "resume";
    case TraceKind::turn_end:
      return "end";
    case TraceKind::turn_discard:
      return "discard";
    case TraceKind::answer:
      return "answer";
    case TraceKind::stop:
      return "stop";
    case TraceKind::failure:
      return "failure";
    case TraceKind::dead_letter:
      return "dead letter";
    case TraceKind::control:
      return "control";
  }
  return "unknown";
}

std::string ActorId::path() const { return cell ? detail::describe(*cell, generation) : std::string(); }

std::string_view ActorId::actor_class() const noexcept {
  if (!cell) return {};
  const detail::Pin pin(*cell, generation);
  return pin.holds() ? detail::class_name(*cell) : std::string_view();
}

void Tracer::switch_on() noexcept {
  if (!on_.exchange(true, std::memory_order_relaxed)) {
    detail::tracers_on.fetch_add(wants_tags_ ? detail::one_with_tags : 1, std::memory_order_relaxed);
  }
}

void Tracer::switch_off() noexcept {
  if (on_.exchange(false, std::memory_order_relaxed)) {
    detail::tracers_on.fetch_sub(wants_tags_ ? detail::one_with_tags : 1, std::memory_order_relaxed);
  }
}

std::uint64_t Tracer::told(ActorId actor, const std::string_view& type) noexcept {
  const detail::Context& here = detail::context;
  detail::Cell* by = here.running->cell;
  const std::uint64_t message = name_message(actor, here.traced_message, by != nullptr);
  if (message != 0) {
    const ActorId teller = by ? ActorId{by, by->gen.load(std::memory_order_relaxed)} : ActorId{};
    record({TraceKind::send, actor, teller, message, here.traced_message, type, {}});
  }
  return message;
}
void Tracer::turn_begun(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept {
  record({TraceKind::turn_begin, actor, {}, message, message, type, {}});
}
void Tracer::turn_ended(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept {
  record({TraceKind::turn_end, actor, {}, message, message, type, {}});
}

void Tracer::tagged(ActorId, std::uint32_t) noexcept {}

namespace detail {

constinit std::atomic<std::uint32_t> tracers_on{0};

namespace {

ActorId id_of(Cell& cell) noexcept { return {&cell, cell.gen.load(std::memory_order_relaxed)}; }
ActorId running_actor() noexcept {
  Cell* cell = context.running->cell;
  return cell ? id_of(*cell) : ActorId{};
}

}  // namespace

std::uint64_t name_message(Cell& receiver, std::uint64_t gen) noexcept {
  Tracer* tracer = tracer_of(receiver);
  return tracer ? tracer->name_message({&receiver, gen}, context.traced_message,
                                       context.running->cell != nullptr)
                : 0;
}

void trace_tagged(Cell& receiver, std::uint32_t tag) noexcept {
  if (Tracer* tracer = tracer_of(receiver)) tracer->tagged(id_of(receiver), tag);
}
void keep_tags(Cell& cell, Tags* tags) {
  if (!tags && !cell.extra) return;
  Extra& extra = cell.extras();
  assert(static_cast<void*>(static_cast<ExtraHead*>(&extra)) == &extra);  // tags_of() counts on it
  extra.tags = tags;
  if (!tags) context.tag = 0;  // it may be this actor's
}

void trace_letter(TraceKind kind, Cell& receiver, const Envelope& letter) noexcept {
  if (Tracer* tracer = tracer_of(receiver)) {
    tracer->record({kind,
                    {&receiver, letter.addressee()},
                    running_actor(),
                    name_of(letter),
                    context.traced_message,
                    letter.ops->message,
                    {}});
  }
}

std::uint64_t name_told(Cell& receiver, std::uint64_t gen, const MessageOps& ops) noexcept {
  Tracer* tracer = tracer_of(receiver);
  return tracer ? tracer->told({&receiver, gen}, ops.message) : 0;
}

void trace_unmade(Cell& receiver, std::uint64_t gen, std::uint64_t name, const MessageOps& ops) noexcept {
  if (Tracer* tracer = tracer_of(receiver)) {
    tracer->record({TraceKind::dead_letter, {&receiver, gen}, {}, name, 0, ops.message, "could not be made"});
  }
}

void trace_tick(Cell& receiver, const Envelope& letter, std::uint64_t timer) noexcept {
  if (Tracer* tracer = tracer_of(receiver)) {
    tracer->record({TraceKind::send,
                    {&receiver, letter.addressee()},
                    {},
                    name_of(letter),
                    timer,
                    letter.ops->message,
                    {}});
  }
}

void trace_answer(Cell* asker, std::uint64_t asker_gen, std::uint64_t ask, std::string_view type,
                  Runtime* runtime) noexcept {
  if (Tracer* tracer = tracer_of(runtime)) {
    tracer->record(
        {TraceKind::answer, {asker, asker_gen}, running_actor(), ask, context.traced_message, type, {}});
  }
}

void trace_inline_answer(Cell& target, std::uint64_t ask, std::string_view type) noexcept {
  if (Tracer* tracer = tracer_of(target)) {
    tracer->record({TraceKind::answer, running_actor(), id_of(target), ask, ask, type, {}});
  }
}

void trace_spawn(Cell& cell) noexcept {
  if (Tracer* tracer = tracer_of(cell)) {
    tracer->record(
        {TraceKind::spawn, id_of(cell), running_actor(), 0, context.traced_message, class_name(cell), {}});
  }
}

void trace_stop(Cell& cell) noexcept {
  if (Tracer* tracer = tracer_of(cell)) {
    tracer->record(
        {TraceKind::stop, id_of(cell), {}, 0, 0, class_name(cell), to_string(cell.condition.reason)});
  }
}

void trace_control(Cell& receiver, std::uint64_t gen, std::string_view what, std::uint64_t name) noexcept {
  if (Tracer* tracer = tracer_of(receiver)) {
    tracer->record(
        {TraceKind::control, {&receiver, gen}, running_actor(), name, context.traced_message, what, {}});
  }
}

void trace_failure(Cell& cell, const MessageOps& message, std::string_view text) noexcept {
  if (Tracer* tracer = tracer_of(cell)) {
    const std::uint64_t name = context.traced_message;
    tracer->record({TraceKind::failure, id_of(cell), {}, name, name, message.message, text});
  }
}

void trace_drop(Cell& receiver, const Envelope& letter, const Drop& why) noexcept {
  if (Tracer* tracer = tracer_of(why.runtime)) {
    tracer->record({TraceKind::dead_letter,
                    {&receiver, letter.addressee()},
                    {},
                    name_of(letter),
                    0,
                    letter.ops->message,
                    to_string(why.reason)});
  }
}

void trace_discard(Cell& cell, std::uint64_t message, const MessageOps& ops) noexcept {
  if (Tracer* tracer = tracer_of(cell)) {
    tracer->record({TraceKind::turn_discard, id_of(cell), {}, message, message, ops.message, {}});
  }
}

void trace_rest(const Runtime& runtime) noexcept {
  if (Tracer* tracer = tracer_of(&runtime)) tracer->thread_rests();
}

void trace_resume(Tracer* tracer, Cell& cell, std::uint64_t message, const MessageOps& ops,
                  std::uint64_t answered_ask) noexcept {
  if (tracer)
    tracer->record({TraceKind::turn_resume, id_of(cell), {}, message, answered_ask, ops.message, {}});
}

void tell_end(Tracer& tracer, Cell& cell, std::uint64_t message, const MessageOps& ops,
              bool inferred) noexcept {
  const auto is_this = [&](const Turn& turn) { return turn.traced_message == message; };
  const Turn* turn = cell.turns;
  while (turn && !is_this(*turn)) turn = turn->next;
  if (turn) {
    tracer.record({TraceKind::turn_suspend, id_of(cell), {}, message, message, ops.message, {}});
  } else if (!inferred) {
    tracer.turn_ended(id_of(cell), message, ops.message);
  }
}

void run_traced(Cell& target, Envelope& letter) { run_traced_here(target, letter, context.traced_message); }

}  // namespace detail
}  // namespace troupe::inline v0

// Event: one thing that happened in a simulation, in 28 bytes without an address or a time in them.
#pragma once

#include <cstdint>
#include <type_traits>

#include <troupe/ports/tracer.hpp>
#include <troupe/sim/fwd.hpp>

namespace troupe::inline v0::sim {

/// What a tracer is told, and what a simulation does by itself.
enum class EventKind : std::uint32_t {
  spawn = static_cast<std::uint32_t>(TraceKind::spawn),
  send = static_cast<std::uint32_t>(TraceKind::send),
  ask = static_cast<std::uint32_t>(TraceKind::ask),
  timer = static_cast<std::uint32_t>(TraceKind::timer),
  turn_begin = static_cast<std::uint32_t>(TraceKind::turn_begin),
  turn_suspend = static_cast<std::uint32_t>(TraceKind::turn_suspend),
  turn_resume = static_cast<std::uint32_t>(TraceKind::turn_resume),
  turn_end = static_cast<std::uint32_t>(TraceKind::turn_end),
  turn_discard = static_cast<std::uint32_t>(TraceKind::turn_discard),
  answer = static_cast<std::uint32_t>(TraceKind::answer),
  stop = static_cast<std::uint32_t>(TraceKind::stop),
  failure = static_cast<std::uint32_t>(TraceKind::failure),
  dead_letter = static_cast<std::uint32_t>(TraceKind::dead_letter),
  control = static_cast<std::uint32_t>(TraceKind::control),
  crash,  ///< a fault: the next message of `actor` fails it
  kill,   ///< a fault: `actor` is killed
  stall,  ///< a fault: `actor` gets no turn for some steps
  fault,  ///< a fault point strikes in the turn of `actor`; `text` names its site
  note,   ///< what the scenario has written down
};

/// A value. Names are numbers of its History.
struct Event {
  EventKind kind{};
  ActorNumber actor = 0;
  ActorNumber by = 0;
  MessageNumber message = 0;
  MessageNumber cause = 0;
  std::uint32_t type = 0;
  std::uint32_t text = 0;

  friend bool operator==(const Event&, const Event&) = default;
};
// Without padding, so that events may be hashed as words.
static_assert(sizeof(Event) == 28 && std::has_unique_object_representations_v<Event>);

}  // namespace troupe::inline v0::sim

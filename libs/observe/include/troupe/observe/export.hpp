// A trace as something to look at: in Perfetto or chrome://tracing, as a diagram, as lines.
//
// Thread-safety: functions of values.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <troupe/observe/trace.hpp>
#include <troupe/options.hpp>

namespace troupe::inline v0::observe {

/// The JSON that ui.perfetto.dev and chrome://tracing open. A track per actor, with a slice for each part of
/// a turn; an arrow for each message and each answer whose both ends are in the trace; a bar for each wait.
/// What came from outside of actors has a track per thread. Format: "Trace Event Format", the Chromium
/// project's document of that name.
std::string to_chrome_json(const Trace& trace);

struct DiagramOptions {
  troupe::detail::ByName by_name{troupe::detail::ByName::Key{}};

  /// Messages, answers and notes; of more, the newest.
  std::size_t most = 50;
  /// Whether all that an actor had done before an event counts as its past, and not only what led to that
  /// event's turn: the actor's state may come from there. In a busy system that is soon everything.
  bool earlier_turns = false;
};

/// How some events came to be, as a Mermaid sequence diagram: the messages and answers that led to them. A
/// message stands where its handler began; one that was a dead letter ends in a cross, and one that a waiting
/// turn has asked and nobody has begun with in an open arrow. @pre each of `records` < trace.records.size()
std::string to_sequence_diagram(const Trace& trace, std::span<const std::size_t> records,
                                const DiagramOptions& options = {});
/// The same of one event, without earlier turns.
std::string to_sequence_diagram(const Trace& trace, std::size_t record, std::size_t most = 50);

/// A line per event.
std::string to_text(const Trace& trace);

}  // namespace troupe::inline v0::observe

// A trace as something to look at: in Perfetto or chrome://tracing, as a diagram, as lines.
//
// Thread-safety: functions of values.
#pragma once

#include <cstddef>
#include <string>

#include <troupe/observe/trace.hpp>

namespace troupe::inline v0::observe {

/// The JSON that ui.perfetto.dev and chrome://tracing open. A track per actor, with a slice for each part of
/// a turn; an arrow for each message and each answer whose both ends are in the trace; a bar for each wait.
/// What came from outside of actors has a track per thread. Format: "Trace Event Format", the Chromium
/// project's document of that name.
std::string to_chrome_json(const Trace& trace);

/// How an event came to be, as a Mermaid sequence diagram: the messages and answers that led to it, the
/// newest ones, `most` at most. What the actors had done in earlier turns is left out. @pre record <
/// trace.records.size()
std::string to_sequence_diagram(const Trace& trace, std::size_t record, std::size_t most = 50);

/// A line per event.
std::string to_text(const Trace& trace);

}  // namespace troupe::inline v0::observe

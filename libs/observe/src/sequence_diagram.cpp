#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <unordered_map>
#include <vector>

#include <troupe/observe/export.hpp>

#include "slices.hpp"

namespace troupe::inline v0::observe {

namespace {

/// Walks from an event to what it came from, the newest first.
class Past {
 public:
  Past(const Trace& trace, std::size_t record) : trace_(trace) {
    for (std::size_t i = 0; i < record; ++i) {
      const TraceRecord& one = trace.records[i];
      if (detail::is_send(one.kind)) {
        sends_.try_emplace(one.message, i);
        if (one.kind == TraceKind::ask && one.cause != 0) asks_of_turn_[one.cause].push_back(i);
      } else if (one.kind == TraceKind::answer) {
        answers_.try_emplace(one.message, i);
      }
    }
  }

  /// Sends and answers, in the order in which they happened.
  std::set<std::size_t> walk(std::size_t record, std::size_t most) {
    const TraceRecord& event = trace_.records[record];
    if (detail::is_send(event.kind) || event.kind == TraceKind::answer) {
      found_.insert(record);
      add_turn(event.cause, record);
    } else {
      add_turn(event.message != 0 ? event.message : event.cause, record);
    }
    while (!to_visit_.empty() && found_.size() < most) {
      const std::size_t next = to_visit_.top();
      to_visit_.pop();
      if (!found_.insert(next).second) continue;
      const TraceRecord& one = trace_.records[next];
      // An answer comes from the turn of its ask, a message from the turn that sent it.
      add_turn(one.kind == TraceKind::answer ? one.message : one.cause, next);
    }
    return found_;
  }

 private:
  /// What the turn had got before the record: its message, and the answers to its asks.
  void add_turn(std::uint64_t message, std::size_t before) {
    if (const auto send = sends_.find(message); send != sends_.end()) to_visit_.push(send->second);
    const auto asks = asks_of_turn_.find(message);
    if (asks == asks_of_turn_.end()) return;
    for (const std::size_t ask : asks->second) {
      const auto answer = answers_.find(trace_.records[ask].message);
      if (answer != answers_.end() && answer->second < before) to_visit_.push(answer->second);
    }
  }

  const Trace& trace_;
  std::unordered_map<std::uint64_t, std::size_t> sends_, answers_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> asks_of_turn_;
  std::priority_queue<std::size_t> to_visit_;
  std::set<std::size_t> found_;
};

/// Mermaid ends a label at these, or reads them as markup.
std::string label(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == ';' || c == '#' || c == '<' || c == '>' || c == '\n' || c == '"') {
      safe += '#';
      safe += std::to_string(static_cast<int>(c));
      safe += ';';
    } else {
      safe += c;
    }
  }
  return safe;
}

class Diagram {
 public:
  explicit Diagram(const Trace& trace) : trace_(trace) {}

  void add_arrow(const TraceRecord& record) {
    const std::string from = participant(record.by), to = participant(record.actor);
    const char* arrow = record.kind == TraceKind::answer ? "-->>" : "->>";
    const char* what = record.kind == TraceKind::timer ? "timer "
                       : record.kind == TraceKind::ask ? "ask "
                                                       : "";
    body_ += "  " + from + arrow + to + ": " + what + label(record.type) + '\n';
  }
  void add_note(const TraceRecord& record) {
    body_ += "  Note over " + participant(record.actor) + ": " + std::string(to_string(record.kind)) + ' ' +
             label(record.type) + (record.text.empty() ? "" : ": " + label(record.text)) + '\n';
  }
  std::string text() const { return "sequenceDiagram\n" + participants_ + body_; }

 private:
  std::string participant(const ActorId& actor) {
    const std::string name = trace_.name(actor);
    const auto [place, is_new] = names_.try_emplace(name, "p");
    if (is_new) place->second += std::to_string(names_.size());
    if (is_new) participants_ += "  participant " + place->second + " as " + label(name) + '\n';
    return place->second;
  }

  const Trace& trace_;
  std::map<std::string, std::string> names_;
  std::string participants_, body_;
};

}  // namespace

std::string to_sequence_diagram(const Trace& trace, std::size_t record, std::size_t most) {
  Diagram diagram(trace);
  for (const std::size_t one : Past(trace, record).walk(record, most)) diagram.add_arrow(trace.records[one]);
  const TraceRecord& event = trace.records[record];
  if (!detail::is_send(event.kind) && event.kind != TraceKind::answer) diagram.add_note(event);
  return diagram.text();
}

}  // namespace troupe::inline v0::observe

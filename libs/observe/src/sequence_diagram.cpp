#include <map>
#include <string>

#include <troupe/observe/export.hpp>

#include "causal_past.hpp"

namespace troupe::inline v0::observe {

namespace {

using detail::Stroke;

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

  void add(const TraceRecord& record, Stroke stroke) {
    if (stroke == Stroke::note) return add_note(record);
    // A tick is sent by nobody: the actor has set its timer itself.
    const std::string from = participant(stroke == Stroke::tick ? record.actor : record.by);
    const std::string to = participant(record.actor);
    body_ += "  " + from + arrow_of(stroke) + to + ": " + word_of(record, stroke) + label(record.type) + '\n';
  }
  void leave_out(std::size_t count) {
    if (count > 0) body_ += "  %% " + std::to_string(count) + " earlier events are left out\n";
  }
  std::string text() const { return "sequenceDiagram\n" + participants_ + body_; }

 private:
  static const char* arrow_of(Stroke stroke) {
    switch (stroke) {
      case Stroke::answer:
        return "-->>";
      case Stroke::unhandled:
        return "-)";
      case Stroke::lost:
        return "-x";
      default:
        return "->>";
    }
  }
  static const char* word_of(const TraceRecord& record, Stroke stroke) {
    if (stroke == Stroke::tick || record.kind == TraceKind::timer) return "timer ";
    return record.kind == TraceKind::ask ? "ask " : "";
  }

  void add_note(const TraceRecord& record) {
    body_ += "  Note over " + participant(record.actor) + ": " + std::string(to_string(record.kind));
    if (!record.type.empty()) body_ += ' ' + label(record.type);
    if (!record.text.empty()) body_ += ": " + label(record.text);
    body_ += '\n';
  }

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

std::string to_sequence_diagram(const Trace& trace, std::span<const std::size_t> records,
                                const DiagramOptions& options) {
  const detail::CausalPast past = detail::causal_past(trace, records, options);
  Diagram diagram(trace);
  diagram.leave_out(past.left_out);
  for (const detail::PastEvent& one : past.events) diagram.add(trace.records[one.record], one.stroke);
  return diagram.text();
}

std::string to_sequence_diagram(const Trace& trace, std::size_t record, std::size_t most) {
  return to_sequence_diagram(trace, std::span(&record, 1), {.most = most});
}

}  // namespace troupe::inline v0::observe

#include "diagram.hpp"
#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include <troupe/observe/export.hpp>

namespace troupe::inline v0::sim {

namespace {

// A picture has 50 events. What is older than this many is seldom among them, and a long run has millions.
constexpr std::size_t events_looked_at = 10'000;

/// The end of a history as a trace, in which actors and messages bear the names that they have in its lines.
class Picture {
 public:
  Picture(const History& history, std::size_t end) : history_(history) {
    for (std::size_t i = end > events_looked_at ? end - events_looked_at : 0; i < end; ++i) add(history[i]);
  }

  std::string of(FailureKind kind, const std::string& sentence) {
    std::vector<std::size_t> roots;
    if (kind == FailureKind::deadlock) roots = waiting_turns();
    if (kind == FailureKind::exception || kind == FailureKind::check) {
      if (const auto failure = failure_named_in(sentence)) roots.push_back(*failure);
    }
    if (roots.empty()) roots = end_of_run(sentence);
    return observe::to_sequence_diagram(trace_, roots, {.earlier_turns = true});
  }

 private:
  using Record = observe::TraceRecord;

  void add(const Event& event) {
    Record record{.kind = static_cast<TraceKind>(event.kind),
                  .actor = name(event.actor),
                  .by = name(event.by),
                  .message = event.message,
                  .cause = event.cause,
                  .type = {},
                  .text = {}};
    std::string type(history_.name(event.type));
    switch (event.kind) {
      case EventKind::kill:
        record.kind = TraceKind::control;
        type = "kill, a fault";
        break;
      case EventKind::fault:
        record.kind = TraceKind::control;
        record.by = record.actor;
        type = "fault " + std::string(history_.name(event.text));
        break;
      case EventKind::crash:  // the failure itself comes with the message
      case EventKind::stall:
      case EventKind::note:
        return;
      default:
        record.text = history_.name(event.text);
    }
    if (event.message != 0) type = 'm' + std::to_string(event.message) + ' ' + type;
    record.type = types_.emplace_back(std::move(type));
    trace_.records.push_back(std::move(record));
  }

  ActorId name(ActorNumber actor) {
    if (actor == 0) return {};
    const ActorId& id = history_.id_of(actor);
    const auto [place, is_new] = trace_.actors.try_emplace(id);
    if (is_new) place->second.path = 'a' + std::to_string(actor) + ' ' + std::string(history_.path_of(actor));
    return id;
  }

  std::vector<std::size_t> waiting_turns() const {
    std::unordered_map<std::uint64_t, std::size_t> waiting;
    for (std::size_t i = 0; i < trace_.records.size(); ++i) {
      const Record& record = trace_.records[i];
      if (record.kind == TraceKind::turn_suspend) waiting[record.message] = i;
      const bool goes_on = record.kind == TraceKind::turn_resume || record.kind == TraceKind::turn_end ||
                           record.kind == TraceKind::turn_discard;
      if (goes_on) waiting.erase(record.message);
    }
    std::vector<std::size_t> roots;
    for (const auto& [message, place] : waiting) roots.push_back(place);
    return roots;
  }

  std::optional<std::size_t> failure_named_in(const std::string& sentence) const {
    for (std::size_t i = trace_.records.size(); i-- > 0;) {
      const Record& record = trace_.records[i];
      if (record.kind != TraceKind::failure) continue;
      // A check that an actor made is an exception of its own.
      if (sentence.ends_with(record.text) || record.text.ends_with(": " + sentence)) return i;
    }
    return std::nullopt;
  }

  /// The failure is noticed after the last event: it gets one of its own, there.
  std::vector<std::size_t> end_of_run(const std::string& sentence) {
    std::vector<std::size_t> roots;
    for (std::size_t i = trace_.records.size(); i-- > 0 && roots.empty();) {
      const Record& record = trace_.records[i];
      if (record.kind == TraceKind::answer && !record.actor) roots.push_back(i);
    }
    Record failure;
    failure.kind = TraceKind::failure;
    failure.text = sentence;
    if (!trace_.records.empty()) {
      failure.actor = trace_.records.back().actor;
      failure.message = trace_.records.back().message;
    }
    roots.push_back(trace_.records.size());
    trace_.records.push_back(std::move(failure));
    return roots;
  }

  const History& history_;
  observe::Trace trace_;
  std::deque<std::string> types_;  // a deque: views of its strings stay valid
};

}  // namespace

std::string diagram_of(const History& history, std::size_t end, FailureKind kind,
                       const std::string& sentence) {
  return Picture(history, end).of(kind, sentence);
}

}  // namespace troupe::inline v0::sim

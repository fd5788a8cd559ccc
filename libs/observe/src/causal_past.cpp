#include "causal_past.hpp"
#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "slices.hpp"

namespace troupe::inline v0::observe::detail {

namespace {

/// Goes through the records backwards, and takes up what has led to what it has taken up already.
class Walk {
 public:
  Walk(const Trace& trace, std::span<const std::size_t> roots, const DiagramOptions& options)
      : trace_(trace), options_(options), roots_(roots.begin(), roots.end()) {
    for (const TraceRecord& record : trace.records) {
      if (record.kind == TraceKind::ask) turn_of_ask_.try_emplace(record.message, record.cause);
      if (record.kind == TraceKind::turn_resume) taken_up_.insert(record.cause);
      if (record.kind == TraceKind::answer) answered_.insert(record.message);
    }
  }

  CausalPast walk() {
    const std::size_t last = *std::max_element(roots_.begin(), roots_.end());
    for (std::size_t i = last + 1; i-- > 0;) {
      if (!roots_.contains(i) || begin_at(i)) visit(i);
    }
    auto& events = past_.events;
    std::sort(events.begin(), events.end(), [](const PastEvent& a, const PastEvent& b) {
      const auto place = [](const PastEvent& e) {
        return std::tuple(e.at, e.stroke == Stroke::note, e.record);
      };
      return place(a) < place(b);
    });
    return std::move(past_);
  }

 private:
  struct Wanted {
    std::size_t at;
    Stroke stroke;
    bool is_drawn = true;  ///< not where only its own cause is looked for
  };

  /// One of the events that were asked for. Whether it is to be visited like any other, too.
  bool begin_at(std::size_t i) {
    const TraceRecord& record = trace_.records[i];
    if (is_send(record.kind) || record.kind == TraceKind::answer) {
      add(i, i, record.kind == TraceKind::answer ? Stroke::answer : Stroke::message);
      add_origin(record);
      return false;
    }
    if (record.kind == TraceKind::turn_suspend) waiting_.insert(record.message);
    add(i, i, Stroke::note);
    actors_.insert(record.actor);
    turns_.insert(record.message != 0 ? record.message : record.cause);
    return record.kind != TraceKind::failure;
  }

  void visit(std::size_t i) {
    const TraceRecord& record = trace_.records[i];
    switch (record.kind) {
      case TraceKind::turn_begin:
        if (is_past(record)) wanted_.try_emplace(record.message, i, Stroke::message);
        return;
      case TraceKind::dead_letter:
        if (is_past(record)) wanted_.try_emplace(record.message, i, Stroke::lost);
        return;
      case TraceKind::turn_resume:
        if (is_past(record)) wanted_answers_.try_emplace(record.cause, i);
        return;
      case TraceKind::answer:
        return visit_answer(i, record);
      case TraceKind::control:
        if (!options_.earlier_turns || !actors_.contains(record.actor)) return;
        add(i, i, Stroke::control);
        return add_origin(record);
      case TraceKind::failure:
        if (options_.earlier_turns && actors_.contains(record.actor)) add(i, i, Stroke::note);
        return;
      case TraceKind::send:
      case TraceKind::ask:
      case TraceKind::timer:
        return visit_send(i, record);
      default:
        return;
    }
  }

  void visit_answer(std::size_t i, const TraceRecord& record) {
    const auto wanted = wanted_answers_.find(record.message);
    // One that no turn was resumed by: the asker had it at once, or it stands outside, or waits for others.
    const auto turn = turn_of_ask_.find(record.message);
    const bool had_at_once = !taken_up_.contains(record.message) &&
                             (options_.earlier_turns ? actors_.contains(record.actor)
                                                     : turn != turn_of_ask_.end() && turn->second != 0 &&
                                                           turns_.contains(turn->second));
    if (wanted == wanted_answers_.end() && !had_at_once) return;
    add(wanted == wanted_answers_.end() ? i : wanted->second, i, Stroke::answer);
    add_origin(record);
  }

  void visit_send(std::size_t i, const TraceRecord& record) {
    const auto wanted = wanted_.find(record.message);
    if (wanted == wanted_.end()) {
      // What a turn waits for, and nobody has begun with, belongs to the picture of its wait.
      if (record.kind != TraceKind::ask || !waiting_.contains(record.cause)) return;
      if (!answered_.contains(record.message)) add(i, i, Stroke::unhandled);
      return;
    }
    // A periodic timer's ticks are sends that name the timer as their cause, and no sender.
    const bool is_repeated = record.kind == TraceKind::send && !record.by && record.cause != 0;
    const bool is_timer = record.kind == TraceKind::timer || is_repeated;
    const Wanted& arrow = wanted->second;
    if (arrow.is_drawn)
      add(arrow.at, i, is_timer && arrow.stroke == Stroke::message ? Stroke::tick : arrow.stroke);
    if (is_repeated) {
      wanted_.try_emplace(record.cause, i, Stroke::tick, false);
    } else {
      add_origin(record);
    }
  }

  bool is_past(const TraceRecord& record) const {
    return options_.earlier_turns ? actors_.contains(record.actor) : turns_.contains(record.message);
  }

  /// What had happened before to whoever did this, is past as well.
  void add_origin(const TraceRecord& record) {
    actors_.insert(record.by);
    if (record.cause != 0) turns_.insert(record.cause);
    if (record.kind == TraceKind::answer) turns_.insert(record.message);
  }

  void add(std::size_t at, std::size_t record, Stroke stroke) {
    if (past_.events.size() < options_.most) {
      past_.events.push_back({at, record, stroke});
    } else {
      ++past_.left_out;
    }
  }

  const Trace& trace_;
  const DiagramOptions& options_;
  const std::unordered_set<std::size_t> roots_;
  std::unordered_map<std::uint64_t, std::uint64_t> turn_of_ask_;
  std::unordered_set<std::uint64_t> taken_up_, answered_;  // asks: their answers have resumed a turn, exist
  std::unordered_set<ActorId> actors_;                     // whose events are past
  std::unordered_set<std::uint64_t> turns_;                // whose events are past
  std::unordered_set<std::uint64_t> waiting_;              // turns that were asked for, and wait
  std::unordered_map<std::uint64_t, Wanted> wanted_;       // messages, by name
  std::unordered_map<std::uint64_t, std::size_t> wanted_answers_;
  CausalPast past_;
};

}  // namespace

CausalPast causal_past(const Trace& trace, std::span<const std::size_t> records,
                       const DiagramOptions& options) {
  return records.empty() ? CausalPast{} : Walk(trace, records, options).walk();
}

}  // namespace troupe::inline v0::observe::detail

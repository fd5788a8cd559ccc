// RingTracer::snapshot(): copies the rings, puts their events in one order, and asks the actors for their
// names.
#include <algorithm>
#include <cstdio>
#include <tuple>

#include <troupe/observe/ring_tracer.hpp>

#include "rings.hpp"

namespace troupe::inline v0::observe {

namespace {

using detail::Unpacked;

/// What core says of an actor that is gone.
constexpr char unknown_path_begin = '(';

struct Event {
  Unpacked what;
  const detail::ThreadRing* thread;
  std::size_t place = 0;  ///< before they are sorted: those of a thread are in their order
};

bool begins(const Unpacked& what) {
  return what.event.kind == TraceKind::turn_begin || what.event.kind == TraceKind::turn_resume;
}
bool ends(const Unpacked& what) {
  return what.event.kind == TraceKind::turn_end || what.event.kind == TraceKind::turn_suspend;
}

Unpacked inferred_end(Unpacked turn, std::uint64_t ticks) {
  turn.event.kind = TraceKind::turn_end;
  turn.event.cause = turn.event.message;
  turn.ticks = ticks;
  return turn;
}

/// Adds a thread's events, and the ends of turns that have none: they are where the next outermost turn
/// begins. The last one goes on, unless the tracer is off: then nobody knows. Returns how many ends were
/// added.
std::size_t add(std::vector<Event>& events, const detail::ThreadRing& thread, const detail::Ring::Copy& copy,
                bool is_on) {
  std::vector<Unpacked> all(copy.events.size());
  std::transform(copy.events.begin(), copy.events.end(), all.begin(), detail::unpack);
  const Unpacked* open = nullptr;  // an outermost turn without an end
  std::size_t inferred = 0;
  for (Unpacked& what : all) {
    if (begins(what) && !what.nested) {
      if (open) events.push_back({inferred_end(*open, what.ticks), &thread});
      inferred += open ? 1 : 0;
      open = &what;
    } else if (open && ends(what) && what.event.message == open->event.message) {
      what.event.type = open->event.type;  // an end that thread_rests() has added has none
      open = nullptr;
    }
    events.push_back({what, &thread});
  }
  if (!open || is_on) return inferred;
  events.push_back({inferred_end(*open, all.back().ticks), &thread});
  return inferred + 1;
}

TraceRecord record_of(const Event& event, const detail::TickScale::Reader& scale) {
  const TraceEvent& told = event.what.event;
  TraceRecord record{told.kind,
                     event.thread->index,
                     scale.time_of(event.what.ticks),
                     told.actor,
                     told.by,
                     told.message,
                     told.cause,
                     told.type,
                     {}};
  if (event.what.text != 0) record.text = event.thread->texts.get(event.what.text);
  return record;
}

TracedActor ask_for_names(const ActorId& actor) {
  TracedActor names{actor.path(), std::string(actor.actor_class())};
  if (names.actor_class.empty() || names.path.starts_with(unknown_path_begin)) names.path.clear();
  return names;
}

/// What can be asked of the actors, and what the records say of those that have ended.
void name_actors(Trace& trace) {
  const auto known = [&](const ActorId& actor) -> TracedActor& {
    const auto [place, is_new] = trace.actors.try_emplace(actor);
    if (is_new) place->second = ask_for_names(actor);
    return place->second;
  };
  for (TraceRecord& record : trace.records) {
    if (record.by) known(record.by);
    if (!record.actor) continue;
    TracedActor& names = known(record.actor);
    if (record.kind != TraceKind::spawn && record.kind != TraceKind::stop) continue;
    names.actor_class = record.type;
    if (const auto line = record.text.find('\n'); line != record.text.npos) {
      names.path = record.text.substr(line + 1);
      record.text.resize(line);
    }
  }
}

}  // namespace

std::string Trace::name(const ActorId& actor) const {
  if (!actor) return "outside";
  const auto found = actors.find(actor);
  if (found != actors.end() && !found->second.path.empty()) return found->second.path;
  const bool has_class = found != actors.end() && !found->second.actor_class.empty();
  char id[32];
  std::snprintf(id, sizeof id, "#%llx", static_cast<unsigned long long>(actor.id()));
  return has_class ? found->second.actor_class + id : id;
}

Trace RingTracer::snapshot(std::size_t last) const {
  Trace trace;
  trace.began_at = rings_->began_at();
  trace.recorded = rings_->lost();
  std::vector<Event> events;
  const auto rings = rings_->all();
  for (const auto& one : rings) {
    const detail::Ring::Copy copy = one->ring.copy(last);
    trace.recorded += copy.dropped + copy.events.size() + add(events, *one, copy, is_on());
  }
  // Read after the copies: no event is later than that.
  const auto scale = rings_->scale().read();
  for (std::size_t i = 0; i < events.size(); ++i) events[i].place = i;
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return std::tie(a.what.ticks, a.place) < std::tie(b.what.ticks, b.place);
  });
  const std::size_t kept = std::min(last, events.size());
  trace.records.reserve(kept);
  for (std::size_t i = events.size() - kept; i < events.size(); ++i) {
    trace.records.push_back(record_of(events[i], scale));
  }
  trace.dropped = trace.recorded - trace.records.size();
  trace.taken_at = scale.now();
  name_actors(trace);
  return trace;
}

}  // namespace troupe::inline v0::observe

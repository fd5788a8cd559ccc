// RingTracer::snapshot(): copies the rings, puts their events in one order, and asks the actors for their
// names.
#include <algorithm>
#include <cstdio>

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
};

bool begins(const Unpacked& what) {
  return what.event.kind == TraceKind::turn_begin || what.event.kind == TraceKind::turn_resume;
}

/// The end that shares a slot with its turn's begin.
Unpacked end_of(Unpacked turn, std::uint64_t ticks) {
  turn.event.kind = TraceKind::turn_end;
  turn.event.cause = turn.event.message;
  turn.ticks = ticks;
  return turn;
}

/// Adds a thread's events, and the ends of turns that have no slot.
void add(std::vector<Event>& events, const detail::ThreadRing& thread, const detail::Ring::Copy& copy) {
  std::vector<Unpacked> all(copy.events.size());
  std::transform(copy.events.begin(), copy.events.end(), all.begin(), detail::unpack);
  const Unpacked* ended = nullptr;  // a turn whose end has yet to come
  for (const Unpacked& what : all) {
    if (ended && begins(what) && !what.nested) {
      events.push_back({end_of(*ended, what.ticks), &thread});
      ended = nullptr;
    } else if (ended && what.event.kind == TraceKind::turn_end &&
               what.event.message == ended->event.message) {
      ended = nullptr;
    }
    if (begins(what) && what.ended) ended = &what;
    events.push_back({what, &thread});
  }
  if (ended) events.push_back({end_of(*ended, detail::ticks()), &thread});
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
    add(events, *one, copy);
    trace.recorded += copy.dropped + copy.events.size();
  }
  // Read after the copies: no event is later than that.
  const auto scale = rings_->scale().read();
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.what.ticks < b.what.ticks; });
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

#include <cassert>
#include <string>

#include <troupe/observe/ring_tracer.hpp>

#include "rings.hpp"

namespace troupe::inline v0::observe {

namespace {

using detail::ThreadRing;

/// Whether this thread is inside a traced turn. At the begin and end of one: of another, which asks in place.
bool in_traced_turn() noexcept { return troupe::detail::context.traced_message != 0; }

std::uint64_t stamp(ThreadRing& mine) noexcept { return mine.last_ticks = detail::ticks(); }

void put(ThreadRing& mine, const TraceEvent& event, std::uint64_t ticks, std::uint64_t text = 0) noexcept {
  detail::fill(mine.ring.begin(), detail::head_of(event.kind), ticks, event.actor, event.by.cell,
               event.by ? event.by.generation : text, event.message, event.cause, event.type);
  mine.ring.publish();
}

/// Something comes that is outside of turns: the last one's end gets an event, if it has none.
[[gnu::noinline]] void settle_end(ThreadRing& mine) noexcept {
  mine.owes_end = false;
  put(mine, {TraceKind::turn_end, mine.outer_actor, {}, mine.outer_message, mine.outer_message, {}, {}},
      stamp(mine));
}

/// Inside of a turn its begin's time will do.
std::uint64_t time_of_event(ThreadRing& mine) noexcept {
  if (in_traced_turn()) [[likely]]
    return mine.last_ticks;
  if (mine.owes_end) settle_end(mine);
  return stamp(mine);
}

void begin_turn(ThreadRing& mine, TraceKind kind, const ActorId& actor, std::uint64_t message,
                std::uint64_t cause, const std::string_view& type) noexcept {
  std::uint64_t head = detail::head_of(kind);
  if (in_traced_turn()) {
    head |= detail::nested_bit;
  } else {
    // One reading of the clock serves as the last turn's end and this one's begin.
    mine.owes_end = true;
    mine.outer_actor = actor;
    mine.outer_message = message;
  }
  detail::fill(mine.ring.begin(), head, stamp(mine), actor, nullptr, 0, message, cause, type);
  mine.ring.publish();
}

void end_turn(ThreadRing& mine, const TraceEvent& event) noexcept {
  if (!in_traced_turn()) mine.owes_end = false;
  put(mine, event, stamp(mine));
}

/// What is to be kept of an event's words. Of an actor that ends also its path: it can't be had later.
std::uint64_t keep_text(ThreadRing& mine, const TraceEvent& event) noexcept {
  try {
    std::string text(event.text);
    if (event.kind == TraceKind::stop) text += '\n' + event.actor.path();
    return mine.texts.put(text);
  } catch (...) {
    return 0;
  }
}

void put_rare(ThreadRing& mine, const TraceEvent& event) noexcept {
  const std::uint64_t text = event.text.empty() ? 0 : keep_text(mine, event);
  put(mine, event, time_of_event(mine), text);
}

}  // namespace

RingTracer::RingTracer(const RingTracerOptions& options)
    : rings_(std::make_unique<detail::Rings>(options.events_per_thread)), sample_one_in_(1) {
  sample(options.sample_one_in);
}
RingTracer::~RingTracer() { switch_off(); }

void RingTracer::sample(std::uint32_t one_in) noexcept {
  assert(one_in > 0 && "to trace nothing, switch the tracer off");
  sample_one_in_.store(one_in, std::memory_order_relaxed);
  // In a sample the thread's next turn may be far away.
  infer_ends(one_in == 1);
}

void RingTracer::listen(FailureListener* listener) noexcept {
  listener_.store(listener, std::memory_order_release);
}

std::uint64_t RingTracer::recorded() const noexcept {
  std::uint64_t all = rings_->lost();
  for (const auto& one : rings_->all()) all += one->ring.pushed();
  return all;
}

detail::ThreadRing* RingTracer::mine() const noexcept {
  ThreadRing* ring = rings_->of_this_thread();
  if (!ring) [[unlikely]]
    rings_->lose();
  return ring;
}

std::uint64_t RingTracer::name_message(std::uint64_t cause, bool in_turn) noexcept {
  ThreadRing* mine = rings_->of_this_thread();
  if (!mine) [[unlikely]]
    return 0;
  if (cause == 0) {
    const std::uint32_t one_in = sample_one_in_.load(std::memory_order_relaxed);
    if (one_in > 1) {
      if (in_turn || ++mine->unsampled < one_in) return 0;
      mine->unsampled = 0;
    }
  }
  return ++mine->last_name;
}

void RingTracer::sent(ActorId actor, ActorId by, std::uint64_t message, std::uint64_t cause,
                      const std::string_view& type) noexcept {
  ThreadRing* ring = mine();
  if (!ring) return;
  detail::fill(ring->ring.begin(), detail::head_of(TraceKind::send), time_of_event(*ring), actor, by.cell,
               by.generation, message, cause, type);
  ring->ring.publish();
}

void RingTracer::turn_begun(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept {
  if (ThreadRing* ring = mine()) begin_turn(*ring, TraceKind::turn_begin, actor, message, message, type);
}

void RingTracer::turn_ended(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept {
  if (ThreadRing* ring = mine())
    end_turn(*ring, {TraceKind::turn_end, actor, {}, message, message, type, {}});
}

void RingTracer::record(const TraceEvent& event) noexcept {
  ThreadRing* ring = mine();
  if (!ring) return;
  switch (event.kind) {
    case TraceKind::turn_resume:
      return begin_turn(*ring, event.kind, event.actor, event.message, event.cause, event.type);
    case TraceKind::turn_suspend:
      return end_turn(*ring, event);
    default:
      put_rare(*ring, event);
  }
  if (event.kind != TraceKind::failure) return;
  if (FailureListener* listener = listener_.load(std::memory_order_acquire)) listener->failed();
}

void RingTracer::thread_rests() noexcept {
  ThreadRing* ring = rings_->of_this_thread();
  if (ring && ring->owes_end) settle_end(*ring);
}

}  // namespace troupe::inline v0::observe

#include <cassert>
#include <string>

#include <troupe/observe/ring_tracer.hpp>

#include "rings.hpp"

namespace troupe::inline v0::observe {

namespace {

using detail::ThreadRing;

/// Whether this thread is inside a traced turn. At the end of one: inside of another, which asks in place.
bool in_traced_turn() noexcept { return troupe::detail::context.traced_message != 0; }

std::uint64_t stamp(ThreadRing& mine) noexcept { return mine.last_ticks = detail::ticks(); }

void put(ThreadRing& mine, const TraceEvent& event, std::uint64_t ticks, std::uint64_t text = 0) noexcept {
  detail::fill(mine.ring.begin(), detail::head_of(event.kind), ticks, event.actor, event.by.cell,
               event.by ? event.by.generation : text, event.message, event.cause, event.type);
  mine.ring.publish();
}

/// Something comes that isn't part of the last turn, nor the next one: the end gets an event of its own.
[[gnu::noinline]] void settle_end(ThreadRing& mine) noexcept {
  mine.owes_end = false;
  TraceEvent end = detail::unpack(mine.ring.read(mine.outer_begin)).event;
  end.kind = TraceKind::turn_end;
  put(mine, end, stamp(mine));
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
  if (mine.in_turn) {
    head |= detail::nested_bit;
  } else {
    mine.in_turn = true;
    mine.owes_end = false;
    mine.outer_begin = mine.ring.pushed();
    mine.outer_message = message;
  }
  detail::fill(mine.ring.begin(), head, stamp(mine), actor, nullptr, 0, message, cause, type);
  mine.ring.publish();
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

/// All but begins, and what comes with each message.
void put_rare(ThreadRing& mine, const TraceEvent& event) noexcept {
  const std::uint64_t text = event.text.empty() ? 0 : keep_text(mine, event);
  const bool ends = event.kind == TraceKind::turn_end || event.kind == TraceKind::turn_suspend;
  if (ends && !in_traced_turn()) mine.in_turn = false;
  put(mine, event, ends ? stamp(mine) : time_of_event(mine), text);
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
  ThreadRing* ring = mine();
  if (!ring) return;
  // Where all turns are traced, and the thread says when it rests, one reading of the clock serves as this
  // turn's end and the next one's begin. Another message: the tracer was off when that turn ended, or this
  // one began.
  const bool shares_slot = troupe::detail::context.worker && !in_traced_turn() &&
                           ring->outer_message == message &&
                           sample_one_in_.load(std::memory_order_relaxed) == 1;
  if (shares_slot && ring->ring.amend(ring->outer_begin, detail::ended_bit)) [[likely]] {
    ring->in_turn = false;
    ring->owes_end = true;
    return;
  }
  put_rare(*ring, {TraceKind::turn_end, actor, {}, message, message, type, {}});
}

void RingTracer::record(const TraceEvent& event) noexcept {
  ThreadRing* ring = mine();
  if (!ring) return;
  if (event.kind == TraceKind::turn_resume) {
    return begin_turn(*ring, event.kind, event.actor, event.message, event.cause, event.type);
  }
  put_rare(*ring, event);
  if (event.kind != TraceKind::failure) return;
  if (FailureListener* listener = listener_.load(std::memory_order_acquire)) listener->failed();
}

void RingTracer::thread_rests() noexcept {
  ThreadRing* ring = rings_->of_this_thread();
  if (ring && ring->owes_end) settle_end(*ring);
}

}  // namespace troupe::inline v0::observe

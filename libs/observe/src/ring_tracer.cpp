#include <cassert>
#include <string>
#include <utility>

#include <troupe/observe/ring_tracer.hpp>

#include "rings.hpp"

namespace troupe::inline v0::observe {

namespace {

using detail::ThreadRing;

/// Whether this thread is inside a traced turn. At the begin and end of one: of another, which asks in place.
bool in_traced_turn() noexcept { return troupe::detail::context.traced_message != 0; }

std::uint64_t stamp(ThreadRing& mine) noexcept { return mine.last_ticks = detail::ticks(); }

void put_as(std::uint64_t head, ThreadRing& mine, const TraceEvent& event, std::uint64_t ticks,
            std::uint64_t text = 0) noexcept {
  mine.ring.push([&](detail::Slot& slot) {
    detail::fill(slot, head, ticks, event.actor, event.by.cell, event.by ? event.by.generation : text,
                 event.message, event.cause, event.type);
  });
}
void put(ThreadRing& mine, const TraceEvent& event, std::uint64_t ticks, std::uint64_t text = 0) noexcept {
  put_as(detail::head_of(event.kind), mine, event, ticks, text);
}

/// Something comes that is outside of turns: the last one's end gets an event, if it has none.
[[gnu::noinline]] void settle_end(ThreadRing& mine) noexcept {
  const auto begin = mine.ring.find(std::exchange(mine.outer_begin, ThreadRing::no_event));
  if (!begin) return;  // without a begin, nobody misses the end
  const TraceEvent turn = detail::unpack(*begin).event;
  put(mine, {TraceKind::turn_end, turn.actor, {}, turn.message, turn.message, {}, {}}, stamp(mine));
}

/// Inside of a turn its begin's time will do.
std::uint64_t time_of_event(ThreadRing& mine) noexcept {
  if (in_traced_turn()) [[likely]]
    return mine.last_ticks;
  if (mine.outer_begin != ThreadRing::no_event) settle_end(mine);
  return stamp(mine);
}

void begin_part(ThreadRing& mine, const TraceEvent& event) noexcept {
  const bool nested = in_traced_turn();
  // One reading of the clock serves as the last turn's end and this one's begin.
  if (!nested) mine.outer_begin = mine.ring.pushed();
  put_as(detail::head_of(event.kind) | (nested ? detail::nested_bit : 0), mine, event, stamp(mine));
}

void end_turn(ThreadRing& mine, const TraceEvent& event) noexcept {
  if (!in_traced_turn()) mine.outer_begin = ThreadRing::no_event;
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
  infer_ends(one_in == 1 ? Inferred::all : Inferred::none);
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

std::uint64_t RingTracer::name_message(ActorId, std::uint64_t cause, bool in_turn) noexcept {
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

// These two are on the way of each message. Whatever isn't plain goes another way by a call that ends them,
// so that they save no registers.

std::uint64_t RingTracer::told(ActorId actor, const std::string_view& type) noexcept {
  const troupe::detail::Context& here = troupe::detail::context;
  ThreadRing* ring = rings_->at_hand();
  troupe::detail::Cell* by = here.running->cell;
  if (!ring || here.traced_message == 0 || !by) [[unlikely]]
    return Tracer::told(actor, type);
  const std::uint64_t message = ++ring->last_name;
  ring->ring.push([&](detail::Slot& slot) {
    const std::uint64_t head = ring->last_ticks << detail::ticks_shift | detail::head_of(TraceKind::send);
    detail::fill_hot(slot, head, actor, message, type);
    detail::fill_sender(slot, here.traced_message, {by, by->gen.load(std::memory_order_relaxed)});
  });
  return message;
}

void RingTracer::turn_begun(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept {
  ThreadRing* ring = rings_->at_hand();
  if (!ring || in_traced_turn() || !detail::counter_is_steady) [[unlikely]]
    return begin_elsewhere(actor, message, type);
  // One reading of the clock serves as the last turn's end and this one's begin.
  ring->outer_begin = ring->ring.push([&](detail::Slot& slot) {
    const std::uint64_t now = ring->last_ticks = detail::counter();
    detail::fill_hot(slot, now << detail::ticks_shift | detail::head_of(TraceKind::turn_begin), actor,
                     message, type);
  });
}

/// In another turn, which asks in place; on a thread that is new to the tracer, or by the system's clock.
void RingTracer::begin_elsewhere(ActorId actor, std::uint64_t message,
                                 const std::string_view& type) noexcept {
  if (ThreadRing* ring = mine()) {
    begin_part(*ring, {TraceKind::turn_begin, actor, {}, message, message, type, {}});
  }
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
      return begin_part(*ring, event);
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
  if (ring && ring->outer_begin != ThreadRing::no_event) settle_end(*ring);
}

}  // namespace troupe::inline v0::observe

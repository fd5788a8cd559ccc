#include <troupe/observe/ring_tracer.hpp>

#include <cassert>
#include <string>

#include "rings.hpp"

namespace troupe::inline v0::observe {

namespace {

using detail::ThreadRing;

/// Whether this thread is inside a traced turn. At the end of one: inside of another, which asks in place.
bool in_traced_turn() noexcept { return troupe::detail::context.traced_message != 0; }

/// The time of an event; 0: not known before the thread's next stamp.
std::uint64_t stamp(ThreadRing& mine, TraceKind kind, bool samples) noexcept {
  switch (kind) {
    case TraceKind::turn_begin:
    case TraceKind::turn_resume:
      break;
    case TraceKind::turn_suspend:
    case TraceKind::turn_end:
      // Where all turns are traced, and the thread says when it rests, one reading of the clock serves as this
      // turn's end and the next one's begin.
      if (!samples && mine.on_worker && !in_traced_turn()) return 0;
      break;
    default:
      if (in_traced_turn()) return mine.last_ticks;
  }
  return mine.last_ticks = detail::ticks();
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

void RingTracer::record(const TraceEvent& event) noexcept {
  ThreadRing* mine = rings_->of_this_thread();
  if (!mine) [[unlikely]]
    return rings_->lose();
  const bool samples = sample_one_in_.load(std::memory_order_relaxed) > 1;
  const std::uint64_t at = stamp(*mine, event.kind, samples);
  std::uint64_t text = 0;
  if (!event.text.empty()) [[unlikely]]
    text = keep_text(*mine, event);
  mine->open_end = at == 0;
  mine->ring.push(detail::pack(event, at, text));
  if (event.kind == TraceKind::failure) [[unlikely]] {
    if (FailureListener* listener = listener_.load(std::memory_order_acquire)) listener->failed();
  }
}

void RingTracer::thread_rests() noexcept {
  ThreadRing* mine = rings_->of_this_thread();
  if (!mine || !mine->open_end) return;
  mine->open_end = false;
  mine->last_ticks = detail::ticks();
  mine->ring.finish_last(mine->last_ticks);
}

}  // namespace troupe::inline v0::observe

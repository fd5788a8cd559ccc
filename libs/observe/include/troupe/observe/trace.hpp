// Trace: what a RingTracer had in its rings at one moment, as values that outlive everything they tell of.
//
// Thread-safety: a value.
//
// Invariants
//  1. `records` are in the order of their times; those of one thread are in the order in which they happened.
//  2. A time is that of the last stamp that the thread had taken, not of the event: see RingTracer.
//  3. recorded == records.size() + dropped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <troupe/actor_id.hpp>
#include <troupe/observe/fwd.hpp>
#include <troupe/ports/clock.hpp>
#include <troupe/ports/tracer.hpp>

namespace troupe::inline v0::observe {

/// How an actor is shown. One that had ended before it could be asked has neither name.
struct TracedActor {
  std::string path;
  std::string actor_class;
};

/// One event. As TraceEvent, with the time and the thread.
struct TraceRecord {
  TraceKind kind = TraceKind::send;
  std::uint32_t thread =
      0;              ///< a number per thread, from 1 on; a thread that begins may have that of an ended one
  SteadyTime time{};  ///< since the tracer was made
  ActorId actor;
  ActorId by;  ///< nobody: a thread outside of actors
  std::uint64_t message = 0;
  std::uint64_t cause = 0;
  std::string_view type;
  std::string text;  ///< of a failure what it was, of a stop and a dead letter why
};

struct Trace {
  std::vector<TraceRecord> records;
  std::unordered_map<ActorId, TracedActor> actors;  ///< all that are named in the records
  std::uint64_t recorded = 0;                       ///< events since the tracer was made
  std::uint64_t dropped = 0;                        ///< of these, how many had been overwritten
  SteadyTime taken_at{};                            ///< since the tracer was made
  WallTime began_at{};                              ///< when the tracer was made

  /// "shop/stock", or "(Stock #1a2b)" for one whose path isn't known.
  std::string name(const ActorId& actor) const;
};

}  // namespace troupe::inline v0::observe

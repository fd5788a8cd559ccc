// Slices: the turns of a trace, each part of one from its begin, or resume, to its end, or suspension.
//
// Invariants
//  1. Slices of one track don't overlap, and each lasts 1 ns at least.
//  2. A send that isn't part of a traced turn has a short slice of its own, so that an arrow can begin there.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include <troupe/observe/trace.hpp>

namespace troupe::inline v0::observe::detail {

/// An actor, or a thread outside of actors.
struct Track {
  ActorId actor;
  std::uint32_t thread = 0;  ///< 0 with an actor
  friend bool operator==(const Track&, const Track&) = default;
};

struct Slice {
  Track track;
  SteadyTime begin{};
  SteadyTime end{};
  std::size_t first = 0;  ///< the record that begins it
  std::size_t last = 0;   ///< the record that ends it; `first`, if there is none
  bool unfinished = false;
};

inline constexpr std::size_t no_slice = static_cast<std::size_t>(-1);

struct Slices {
  std::vector<Slice> all;              ///< by begin
  std::vector<Track> tracks;           ///< actors first, by name
  std::vector<std::size_t> of_record;  ///< for each record the slice that it is part of, or no_slice
  std::unordered_map<ActorId, std::size_t> track_of_actor;
  std::unordered_map<std::uint32_t, std::size_t> track_of_thread;

  /// tracks.size(), if there is none.
  std::size_t track_index(const Track& track) const;
};

Slices slices_of(const Trace& trace);

inline bool is_send(TraceKind kind) {
  return kind == TraceKind::send || kind == TraceKind::ask || kind == TraceKind::timer;
}

}  // namespace troupe::inline v0::observe::detail

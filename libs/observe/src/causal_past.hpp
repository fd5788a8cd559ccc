// The causal past of some events of a trace: which messages, answers and failures have led to them.
//
// Invariants
//  1. Cause stands before effect: a message is drawn where its turn begins, an answer where it is taken up.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <troupe/observe/export.hpp>
#include <troupe/observe/trace.hpp>

namespace troupe::inline v0::observe::detail {

/// How an event of the past is drawn.
enum class Stroke : unsigned char { message, tick, answer, control, unhandled, lost, note };

struct PastEvent {
  std::size_t at = 0;      ///< the record at whose place it is drawn
  std::size_t record = 0;  ///< the one that tells what it was
  Stroke stroke = Stroke::note;
};

struct CausalPast {
  std::vector<PastEvent> events;  ///< in the order in which they are drawn
  std::size_t left_out = 0;       ///< older ones, for which there was no room
};

/// @pre every one of `records` < trace.records.size()
CausalPast causal_past(const Trace& trace, std::span<const std::size_t> records,
                       const DiagramOptions& options);

}  // namespace troupe::inline v0::observe::detail

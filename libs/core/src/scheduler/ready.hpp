// Where a cell that has become ready goes. Inline, since every message to an idle actor comes this way.
#pragma once

#include <troupe/detail/context.hpp>

#include "scheduler/thread_group.hpp"
#include "scheduler/worker.hpp"

namespace troupe::inline v0::detail {

inline void Worker::push_next(Cell& cell) {
  // A lone cell is run by this thread when its turn is over: only a second one is worth a wake-up.
  if (!ready_.push_alone(&cell)) push_among_others(cell);
}

/// Puts a cell, whose token the caller holds, in a ready queue: the current worker's, or its group's.
inline void make_ready(Cell& cell) {
  Group& group = cell.group();
  if (context.group == &group) [[likely]] {
    context.worker->push_next(cell);
  } else {
    group.submit(cell);
  }
}

}  // namespace troupe::inline v0::detail

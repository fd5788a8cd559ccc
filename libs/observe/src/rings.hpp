// Rings: the rings of a tracer, one per thread.
//
// Thread-safety: what of_this_thread() returns is written by that thread only; all else from any thread.
#pragma once

#include <troupe/detail/context.hpp>

#include "per_thread.hpp"
#include "ring.hpp"
#include "text_ring.hpp"
#include "ticks.hpp"

namespace troupe::inline v0::observe::detail {

/// A ring, and what its writer remembers between two events.
struct ThreadRing : ThreadPart {
  static constexpr std::uint64_t no_event = static_cast<std::uint64_t>(-1);

  ThreadRing(std::uint32_t number, std::size_t events)
      : ring(events), index(number), last_name(static_cast<std::uint64_t>(number) << 48) {}

  Ring ring;
  TextRing texts;
  const std::uint32_t index;  ///< from 1 on
  // --- writer only
  std::uint64_t last_name;  ///< 2^48 messages per thread: a month of a hundred million a second
  std::uint64_t last_ticks = 0;
  std::uint32_t unsampled = 0;  ///< messages from outside since the last that was traced
  /// The begin of the thread's outermost turn, if that has no end yet: it runs, or its end can be inferred.
  std::uint64_t outer_begin = no_event;
};

class Rings {
 public:
  explicit Rings(std::size_t events_per_thread)
      : threads_(most_threads, [events_per_thread](std::uint32_t index) {
          return std::make_shared<ThreadRing>(index, events_per_thread);
        }) {}

  /// Null: it isn't at hand, but may be had.
  ThreadRing* at_hand() noexcept { return threads_.mine_at_hand(); }
  /// Null: it could not be had.
  ThreadRing* of_this_thread() noexcept { return threads_.mine(); }
  /// An event of a thread that has no ring.
  void lose() noexcept { lost_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

  std::vector<std::shared_ptr<ThreadRing>> all() const { return threads_.all(); }
  const TickScale& scale() const { return scale_; }
  WallTime began_at() const { return began_at_; }

 private:
  // An index fits in the upper 16 bits of a message's name.
  static constexpr std::size_t most_threads = 0xFFFF;

  const TickScale scale_;
  const WallTime began_at_ = troupe::system_clock().wall();
  std::atomic<std::uint64_t> lost_{0};
  PerThread<ThreadRing, PartClass::ring> threads_;
};

}  // namespace troupe::inline v0::observe::detail

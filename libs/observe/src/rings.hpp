// Rings: the rings of a tracer, one per thread, and the way from a thread to its own.
//
// A thread keeps a pointer to the ring that it used last. Ring and tracer are told apart from later ones by a
// number that never repeats, so a pointer that is left behind is never followed.
//
// Thread-safety: of_this_thread() and of what it returns only that thread uses the writer's part; all else from
// any thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <troupe/detail/context.hpp>

#include "ring.hpp"
#include "text_ring.hpp"
#include "ticks.hpp"

namespace troupe::inline v0::observe::detail {

/// A ring, and what its writer remembers between two events.
struct ThreadRing {
  ThreadRing(std::uint32_t number, std::size_t events)
      : ring(events), index(number), last_name(static_cast<std::uint64_t>(number) << 48) {}

  Ring ring;
  TextRing texts;
  const std::uint32_t index;  ///< from 1 on
  // --- writer only
  std::uint64_t last_name;     ///< 2^48 messages per thread: enough for a month at a hundred million a second
  std::uint64_t last_ticks = 0;
  std::uint64_t outer_begin = 0;    ///< the event that began this thread's outermost traced turn, or its last one
  std::uint64_t outer_message = 0;  ///< and that turn's message
  std::uint32_t unsampled = 0;      ///< messages from outside since the last that was traced
  bool on_worker = false;
  bool in_turn = false;   ///< the outermost turn is under way
  bool owes_end = false;  ///< it has ended, its slot says so, and nothing has come since
  // --- its thread has ended: release in the thread, acquire in who takes it over
  std::atomic<bool> is_free{false};
};

class Rings {
 public:
  explicit Rings(std::size_t events_per_thread) : events_per_thread_(events_per_thread), number_(next_number()) {}

  /// Null: it could not be had, for want of memory, or because the thread is about to end.
  ThreadRing* of_this_thread() noexcept {
    if (current.rings == number_) [[likely]]
      return current.ring;
    return find_or_make();
  }
  /// An event of a thread that has no ring.
  void lose() noexcept { lost_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

  std::vector<std::shared_ptr<const ThreadRing>> all() const;
  const TickScale& scale() const { return scale_; }
  WallTime began_at() const { return began_at_; }

 private:
  friend class ThreadHome;
  struct Current {
    std::uint64_t rings = 0;  ///< the number of the Rings that `ring` belongs to
    ThreadRing* ring = nullptr;
  };
  static constinit thread_local Current current;
  static std::uint64_t next_number() noexcept;
  ThreadRing* find_or_make() noexcept;
  std::shared_ptr<ThreadRing> take();

  const std::size_t events_per_thread_;
  const std::uint64_t number_;
  const TickScale scale_;
  const WallTime began_at_ = troupe::system_clock().wall();
  std::atomic<std::uint64_t> lost_{0};
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<ThreadRing>> rings_;  // under mutex_
};

}  // namespace troupe::inline v0::observe::detail

// RingTracer: keeps the last events of each thread in a ring of fixed size, for as long as the program runs.
//
// What it costs: a message leaves two or three events of a cache line each, and one reading of the
// processor's cycle counter per turn. An event's time is therefore that of its turn's begin; a turn's end,
// the time at which its thread began the next turn or found nothing more to do.
//
// Sampling: of the messages that come from outside of turns, one in `sample_one_in` is traced, and with it
// everything that it causes. What a turn that isn't traced sends isn't traced either.
//
// Thread-safety: every function from any thread. Writers neither wait for each other nor for a snapshot.
//
// Invariants
//  1. A ring has one writer at a time. It outlives its thread, and is handed to a later one.
//  2. An event in a snapshot is whole, and all that were overwritten are counted.
//  3. Message names are unique among those of one tracer, and drawn from no counter that threads share.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <troupe/observe/trace.hpp>
#include <troupe/options.hpp>
#include <troupe/ports/tracer.hpp>

namespace troupe::inline v0::observe {

struct RingTracerOptions {
  troupe::detail::ByName by_name{troupe::detail::ByName::Key{}};

  /// Events kept per thread, of 64 bytes each; rounded up to a power of two.
  std::size_t events_per_thread = 16'384;
  /// 1: everything. It can be changed later.
  std::uint32_t sample_one_in = 1;
};

namespace detail {
class Rings;
struct ThreadRing;
}  // namespace detail

/// Switch it on by switch_on(). It must outlive the systems that it is given to.
class RingTracer final : public Tracer {
 public:
  explicit RingTracer(const RingTracerOptions& options = {});
  ~RingTracer() override;

  /// From now on. @pre one_in > 0
  void sample(std::uint32_t one_in) noexcept;

  /// What the rings hold; `last` is how many events at most, the newest. Takes milliseconds when rings are
  /// large.
  Trace snapshot(std::size_t last = static_cast<std::size_t>(-1)) const;

  /// How many events have been recorded so far, of those that are kept or overwritten. Cheap.
  std::uint64_t recorded() const noexcept;

  /// Who is told that a handler has failed, in its thread, after the event is in the ring. Must not block.
  class FailureListener {
   public:
    virtual void failed() noexcept = 0;

   protected:
    ~FailureListener() = default;
  };
  /// Null: nobody. @pre the listener outlives the systems that are traced, or they are at rest when it is
  /// removed
  void listen(FailureListener* listener) noexcept;

  std::uint64_t name_message(ActorId actor, std::uint64_t cause, bool in_turn) noexcept override;
  void record(const TraceEvent& event) noexcept override;
  std::uint64_t told(ActorId actor, const std::string_view& type) noexcept override;
  void turn_begun(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept override;
  void turn_ended(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept override;
  void thread_rests() noexcept override;

 private:
  const std::unique_ptr<detail::Rings> rings_;
  // relaxed: who sees a new rate late samples a few messages by the old one.
  std::atomic<std::uint32_t> sample_one_in_;
  // release in listen(), acquire in record(): the listener is complete before it is called.
  std::atomic<FailureListener*> listener_{nullptr};

  detail::ThreadRing* mine() const noexcept;
  void begin_elsewhere(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept;
};

}  // namespace troupe::inline v0::observe

// Whether a receiver and its senders had better run in one worker: see docs/design/making_way.md.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <troupe/detail/cell.hpp>
#include <troupe/ports/clock.hpp>

namespace troupe::inline v0::detail {

/// What a group knows of it. All functions from any thread; each word stands for itself, and may be stale.
class Colocation {
 public:
  explicit Colocation(const Clock& clock = system_clock()) : clock_(clock) {}

  /// Whether a trial may begin.
  bool is_due() const { return now() >= not_before_.load(relaxed); }
  /// A trial has succeeded not long ago: for a while others needn't prove themselves.
  bool is_trusted() const { return now() < trusted_until_.load(relaxed); }
  void note_success();
  void note_failure();

  /// For a while the receiver and its senders run in this worker of the group.
  void gather(const Cell& receiver, unsigned worker);
  /// The index of that worker, if there is one.
  std::optional<unsigned> host_of(const Cell& receiver) const {
    const Seat& seat = seats_[seat_of(receiver)];
    const std::uintptr_t word = seat.word.load(relaxed);
    if ((word & ~worker_mask) != word_of(receiver) || now() >= seat.until.load(relaxed)) return {};
    return static_cast<unsigned>(word & worker_mask);
  }

 private:
  static constexpr auto relaxed = std::memory_order_relaxed;
  using Rep = SteadyTime::rep;
  Rep now() const { return clock_.now().count(); }

  /// Shared by several receivers: the last one has it.
  struct Seat {
    /// The receiver, and in the bits that its alignment leaves, the worker.
    std::atomic<std::uintptr_t> word{0};
    std::atomic<Rep> until{0};
  };
  static constexpr std::uintptr_t worker_mask = alignof(Cell) - 1;
  static constexpr std::size_t seat_count = 32;

  static std::uintptr_t word_of(const Cell& receiver) { return reinterpret_cast<std::uintptr_t>(&receiver); }
  static std::size_t seat_of(const Cell& receiver) { return word_of(receiver) / sizeof(Cell) % seat_count; }

  const Clock& clock_;
  std::atomic<Rep> not_before_{0};
  std::atomic<Rep> trusted_until_{0};
  std::atomic<Rep> pause_{0};  ///< after the last failure; 0: the last trial was a success
  Seat seats_[seat_count];
};

}  // namespace troupe::inline v0::detail

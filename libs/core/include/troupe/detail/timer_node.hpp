// What the timer wheel links: a node in one of its slots, and the node of an await's deadline.
#pragma once

#include <atomic>
#include <cstdint>

#include <troupe/detail/durations.hpp>

namespace troupe::inline v0::detail {

struct AwaitBlock;
class TimerService;

/// Steady time as the wheel counts it, in nanoseconds of the system's clock port.
using Nanos = std::chrono::nanoseconds;

/// Guarded by the wheel's lock, as is all that derives from it unless it says otherwise.
struct TimerNode {
  TimerNode* next = nullptr;
  TimerNode* previous = nullptr;  ///< null: not in the wheel
  std::uint64_t tick = 0;         ///< when it is due
  enum class What : std::uint8_t { deadline, message } what = What::deadline;
};

/// The deadline of an await block. It stays in the wheel when the answer comes, and is put off instead of
/// being inserted again when the block's next await has a later deadline: answered asks don't pile up.
struct DeadlineNode : TimerNode {
  explicit DeadlineNode(AwaitBlock& owner) : block(&owner) {}
  static constexpr std::int64_t never = INT64_MAX;

  AwaitBlock* const block;
  TimerService* service = nullptr;         ///< in whose wheel it may be: asker only
  std::atomic<bool> armed{false};          ///< in the wheel: set by the asker, cleared by the timer
  std::atomic<std::int64_t> armed_for{0};  ///< when the wheel will look, in ns
  std::atomic<std::int64_t> due{never};    ///< of the current await, in ns
};

}  // namespace troupe::inline v0::detail

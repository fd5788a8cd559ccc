// The inline ask: when the target is idle, its handler runs inside the asker's own thread. One CAS takes
// the target's token, one gives it back.
//
// It is for a lone, directly awaited ask, within one group, neither side pinned, with the stack's depth
// bounded in bytes. Before each, an actor looks at its own signal lane and pays from its activation's
// budget: else `for (;;) co_await b.ask()` would never suspend, and could never be killed.
#pragma once

#include <cstddef>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/context.hpp>

namespace troupe::inline v0::detail {

/// How deep asks may nest in one thread, measured from its outermost turn.
inline constexpr std::ptrdiff_t inline_stack_bytes = 64 * 1024;

/// After the handler: gives the token back, or hands the cell to a ready queue.
void end_inline_slowly(Cell& target);
inline void end_inline(Cell& target) {
  if (target.condition.is_plain()) [[likely]] {
    target.activity.store(&at_rest, std::memory_order_release);  // as in rest_idle() of turns/run_cell.cpp
    if (target.lanes.rest_idle()) [[likely]]
      return;
  }
  end_inline_slowly(target);
}
/// Runs a letter that has a name.
void run_traced(Cell& target, Envelope& letter);
/// Gives back the token of an actor under construction.
void leave_to_builder(Cell& target);

class InlineRun {
 public:
  /// Takes the target's token if its handler may run here and now. To be followed by check().
  static bool take(Cell& target) {
    Context& here = context;
    const std::uintptr_t home = target.home.load(std::memory_order_relaxed);
    if (home & Cell::never_inline) return false;
    const char* const top = static_cast<const char*>(__builtin_frame_address(0));
    if (Cell* asker = here.running->cell) {
      // The same group, and not pinned: pinned actors have never_inline in their home.
      if ((asker->home.load(std::memory_order_relaxed) ^ home) & ~Cell::supervised) return false;
      if (here.inline_budget == 0 || asker->lanes.has_signal()) return false;
      if (here.stack_base - top > inline_stack_bytes) return false;
      if (!try_take(target)) return false;
      --here.inline_budget;
    } else {
      if (!(home & Cell::threads_enter)) return false;
      if (!try_take(target)) return false;
      here.stack_base = top;
      here.inline_budget = thread_inline_budget;
    }
    return true;
  }
  /// Whether what was taken is the token of this incarnation. False: it has been given back.
  static bool check(Cell& target, std::uint64_t gen);

  /// A message's turn in the target, whose token the caller has. It has either a letter or, if its handler
  /// may need it, a PutOff.
  InlineRun(Cell& target, const MessageOps* ops, Envelope* letter, PutOff* put_off)
      : running_{&target, nullptr, letter, true, put_off}, scope_(running_) {
    // release: an observer that sees the turn sees the lane as it is during it.
    target.activity.store(ops, std::memory_order_release);
    target.handled.store(target.handled.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

 private:
  static bool try_take(Cell& target) {
    if (!target.lanes.try_take()) return false;
    if (target.condition.is_born()) [[likely]]
      return true;
    leave_to_builder(target);
    return false;
  }

  static constexpr std::uint32_t thread_inline_budget = 256;

  Running running_;
  TurnScope scope_;
};

}  // namespace troupe::inline v0::detail

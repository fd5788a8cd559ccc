#include "deadlock/circle.hpp"
#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "deadlock/settle.hpp"
#include "deadlock/wait_graph.hpp"

namespace troupe::inline v0::detail {

namespace {

/// Whether all rest. Those that don't, look for the circle themselves when they rest again: they are told to,
/// and may have come to rest in the meantime.
bool rest_or_will_look(const std::vector<Waiter>& waiters) noexcept {
  return std::ranges::all_of(
      waiters, [](const Waiter& one) { return is_at_rest(one) || (ask_to_look(one) && is_at_rest(one)); });
}

/// So often somebody may wake, and rest again, while a circle is read.
constexpr int most_readings = 100;

/// All is read once more: between the two readings it stood as it was, and everybody was at rest, or was
/// again later without having lost its wait. Whoever wakes meanwhile is told to look; or it rests again, and
/// all is read anew.
bool is_confirmed(const WaitGraph& graph, const Waiter& start) {
  const std::vector<Waiter> stuck = graph.stuck();
  for (int reading = 0; reading < most_readings; ++reading) {
    if (!rest_or_will_look(stuck) || graph != *std::make_unique<WaitGraph>(start)) return false;
    if (std::ranges::all_of(stuck, is_at_rest)) return true;
  }
  return false;
}

// Taken for circles only: who finds one that another has just broken reads that it doesn't stand any more.
constinit std::mutex circles_mutex;

bool settle_circle(WaitGraph& graph, const Waiter& start, Wanted wanted) {
  if (!graph.find_circle(wanted)) return false;
  Circle circle{.members = graph.circle(), .certain = wanted == Wanted::certain};
  {
    const std::lock_guard lock(circles_mutex);
    if (!is_confirmed(graph, start)) return false;
    // What is in doubt may become certain with each answer that comes to somebody.
    if (!circle.certain) std::ranges::for_each(graph.stuck(), ask_to_look);
    if (!take(circle)) return false;
  }
  settle(circle);
  return true;
}

}  // namespace

void look_for_circle(const Waiter& start) noexcept {
  WaitGraph graph(start);
  if (settle_circle(graph, start, Wanted::certain)) return;
  if (graph.has_doubts()) settle_circle(graph, start, Wanted::likely);
}

void look_from_asker(AwaitBlock& block, std::uint64_t number) noexcept {
  const Waiter asker{block.asker, block.asker_gen, block.asker ? nullptr : block.inbox.get()};
  if (block.state.load(std::memory_order_acquire) == AwaitBlock::word(number, AwaitBlock::pending))
    look_for_circle(asker);
}

}  // namespace troupe::inline v0::detail

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

/// So often somebody may wake, and rest again, while it is looked for a circle, and while that is read.
constexpr int most_readings = 100;

enum class Found : std::uint8_t {
  nothing,  ///< that is the finder's to settle, or whoever is awake will look
  changed,  ///< it was no longer so when it was read again
  circle,
};

/// All is read once more: between the two readings it stood as it was, and everybody was at rest, or was
/// again later without having lost its wait. Whoever wakes meanwhile is told to look; or it rests again, and
/// all is read anew.
Found confirm(const WaitGraph& graph, const Waiter& start) {
  const std::vector<Waiter> stuck = graph.stuck();
  for (int reading = 0; reading < most_readings; ++reading) {
    if (!rest_or_will_look(stuck)) return Found::nothing;
    // Somebody has gone on and rests again, without having been told to look.
    if (graph != *std::make_unique<WaitGraph>(start)) return Found::changed;
    if (std::ranges::all_of(stuck, is_at_rest)) return Found::circle;
  }
  return Found::nothing;
}

// Taken for circles only: who finds one that another has just broken reads that it doesn't stand any more.
constinit std::mutex circles_mutex;

Found settle_circle(WaitGraph& graph, const Waiter& start, Wanted wanted) {
  if (!graph.find_circle(wanted)) return Found::nothing;
  Circle circle{.members = graph.circle(), .certain = wanted == Wanted::certain};
  {
    const std::lock_guard lock(circles_mutex);
    // What is in doubt may become certain with each answer that comes to somebody: who has one has to look
    // when it rests again. Before all is read once more, so that an answer that came first is seen there.
    std::ranges::for_each(graph.stuck(), ask_to_look);
    if (const Found found = confirm(graph, start); found != Found::circle) return found;
    if (!take(circle)) return Found::nothing;
  }
  settle(circle);
  return Found::circle;
}

Found look_once(const Waiter& start) {
  WaitGraph graph(start);
  const Found certain = settle_circle(graph, start, Wanted::certain);
  if (certain != Found::nothing || !graph.has_doubts()) return certain;
  return settle_circle(graph, start, Wanted::likely);
}

}  // namespace

void look_for_circle(const Waiter& start) noexcept {
  for (int changes = 0; changes < most_readings;) {
    const Found found = look_once(start);
    if (found == Found::nothing) return;
    // After a circle there may be another: of several parts of an all() each may be in one of its own.
    if (found == Found::changed) ++changes;
  }
}

void look_from_asker(AwaitBlock& block, std::uint64_t number) noexcept {
  const Waiter asker{block.asker, block.asker_gen, block.asker ? nullptr : block.inbox.get()};
  if (block.state.load(std::memory_order_acquire) == AwaitBlock::word(number, AwaitBlock::pending))
    look_for_circle(asker);
}

}  // namespace troupe::inline v0::detail

#include "deadlock/settle.hpp"
#include <algorithm>
#include <cstdlib>
#include <utility>

#include <troupe/ports/log.hpp>

#include "await/timed_out.hpp"
#include "deadlock/deadlock_events.hpp"
#include "lifecycle/control.hpp"
#include "system/runtime.hpp"
#include "system/split_mix.hpp"

namespace troupe::inline v0::detail {

namespace {

Runtime* runtime_of(const Edge& edge) { return edge.block->runtime.load(std::memory_order_relaxed); }

/// The one that was asked last.
std::size_t find_youngest(const std::vector<Member>& members) {
  const auto age = [](const Member& one) {
    const AwaitBlock& block = *one.edge.block;
    return std::pair(block.since.get(), block.order.get());
  };
  const auto youngest = std::ranges::max_element(members, {}, age);
  return static_cast<std::size_t>(youngest - members.begin());
}

/// False: it was reported before.
bool mark_reported(const Circle& circle) {
  const bool is_new = std::ranges::none_of(
      circle.members, [](const Member& one) { return one.edge.block->reported == one.edge.number; });
  if (is_new) {
    for (const Member& one : circle.members) one.edge.block->reported = one.edge.number;
  }
  return is_new;
}

// --- suspicions

void handle_look_again(Cell& cell, Envelope&) {
  // By a read-modify-write: others may leave their notes.
  if (cell.waits_for.load(std::memory_order_relaxed) != 0)
    cell.waits_for.fetch_or(look_bit, std::memory_order_relaxed);
}
constexpr const MessageOps& look_again_ops = Control<handle_look_again>::ops_for<Envelope>;

bool comes_before(const Member& a, const Member& b) {
  if (!a.waiter.cell || !b.waiter.cell) return a.waiter.cell && !b.waiter.cell;
  return std::pair(path_hash_of(a.waiter.gen), a.waiter.gen) <
         std::pair(path_hash_of(b.waiter.gen), b.waiter.gen);
}

/// The same for each finder of the same circle, and for no other: each member is mixed before the sum, or the
/// numbers of two awaits that were counted on would make up for each other.
std::uint64_t key_of(const Circle& circle) {
  std::uint64_t key = 0;
  for (const Member& one : circle.members) {
    const std::uint64_t mixed_number = SplitMix(one.edge.number).next();
    key += SplitMix(mixed_number ^ reinterpret_cast<std::uintptr_t>(one.edge.block)).next();
  }
  return key;
}

/// The first time: one of its actors is made to look again after a while. Then it is taken if it still
/// stands.
bool has_stood_long(const Circle& circle) {
  const Member& keeper = *std::ranges::min_element(circle.members, comes_before);
  if (!keeper.waiter.cell) return false;  // threads only: nobody can be woken to look again
  Runtime* const runtime = Runtime::of(*keeper.waiter.cell);
  if (!runtime) return false;
  AwaitBlock& block = *keeper.edge.block;
  const std::uint64_t key = key_of(circle);
  const std::int64_t now = runtime->clock().now().count();
  if (block.suspicion == key)
    return now - block.suspected_since >= runtime->suspected_deadlock_after().count() &&
           mark_reported(circle);
  block.suspicion = key;
  block.suspected_since = now;
  runtime->timers().arm(runtime->suspected_deadlock_after(),
                        {.target = keeper.waiter.cell,
                         .envelope = make_envelope<Envelope>(&look_again_ops, keeper.waiter.gen),
                         .as_signal = true});
  return false;
}

LogLevel level_of(const Circle& circle) {
  if (!circle.certain) return LogLevel::warning;
  return circle.what_to_do == OnDeadlock::abort ? LogLevel::critical : LogLevel::error;
}

}  // namespace

bool take(Circle& circle) {
  circle.youngest = find_youngest(circle.members);
  const Edge& youngest = circle.members[circle.youngest].edge;
  Runtime* const runtime = runtime_of(youngest);
  if (!runtime) return false;
  circle.what_to_do = runtime->on_deadlock();
  if (circle.what_to_do == OnDeadlock::ignore) return false;
  if (!circle.certain) return has_stood_long(circle);
  if (circle.what_to_do == OnDeadlock::fail_youngest) return youngest.block->claim(youngest.number);
  return mark_reported(circle);
}

void settle(const Circle& circle) {
  const Edge& youngest = circle.members[circle.youngest].edge;
  Runtime& runtime = *runtime_of(youngest);
  Deadlock deadlock = describe(circle);
  const bool fails = circle.certain && circle.what_to_do == OnDeadlock::fail_youngest;
  if (fails) deadlock.failed = circle.youngest;
  const std::string text = to_string(deadlock);
  runtime.log().write(level_of(circle), text);
  if (circle.certain && circle.what_to_do == OnDeadlock::abort) std::abort();
  runtime.deadlock_events().publish(deadlock);
  if (fails) send_claimed_error({youngest.block, youngest.number}, AskError(Reason::deadlock, text));
}

}  // namespace troupe::inline v0::detail

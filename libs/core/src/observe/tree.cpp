#include <algorithm>
#include <cstdio>
#include <utility>

#include <troupe/tree.hpp>

#include "lifecycle/pin.hpp"
#include "mailbox/locked_cell.hpp"
#include "observe/describe.hpp"
#include "observe/mailbox_depth.hpp"
#include "observe/tree_walk.hpp"
#include "supervision/child.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0 {

std::string_view to_string(ActorState state) noexcept {
  switch (state) {
    case ActorState::idle:
      return "idle";
    case ActorState::ready:
      return "ready";
    case ActorState::running:
      return "running";
    case ActorState::awaiting:
      return "awaiting";
    case ActorState::stopping:
      return "stopping";
    case ActorState::restarting:
      return "restarting";
  }
  return "unknown";
}

std::string to_string(const Tree& tree) {
  std::string text;
  char line[512];
  std::snprintf(line, sizeof line, "%-32s %-24s %-9s %8s %12s  %s\n", "path", "actor", "state", "mailbox",
                "handled", "in message");
  text += line;
  for (const ActorInfo& one : tree) {
    std::snprintf(line, sizeof line, "%-32s %-24.*s %-9.*s %8zu %12llu  ", one.path.c_str(),
                  static_cast<int>(one.actor.size()), one.actor.data(),
                  static_cast<int>(to_string(one.state).size()), to_string(one.state).data(),
                  one.mailbox_depth, static_cast<unsigned long long>(one.handled));
    text += line;
    if (one.mailbox_capacity > 0) text += "of " + std::to_string(one.mailbox_capacity) + "  ";
    if (one.overflowed > 0) text += "overflowed: " + std::to_string(one.overflowed) + "  ";
    if (one.waiting_for_room > 0) text += "waiting for room: " + std::to_string(one.waiting_for_room) + "  ";
    if (one.restarts > 0) text += "restarts: " + std::to_string(one.restarts) + "  ";
    if (one.state == ActorState::restarting && !one.last_cause.empty())
      text += "after " + one.last_cause + "  ";
    if (!one.message.empty()) {
      std::snprintf(line, sizeof line, "%.*s for %.3f s", static_cast<int>(one.message.size()),
                    one.message.data(), std::chrono::duration<double>(one.busy_for).count());
      text += line;
    }
    text += '\n';
  }
  return text;
}

namespace detail {

namespace {

/// What is kept of a supervised actor. @pre its guard is held, and its gen is right
const Supervised* kept_of(const Cell& cell) {
  const bool is_kept = cell.home.load(std::memory_order_relaxed) & Cell::supervised;
  return is_kept ? supervised(cell) : nullptr;
}

void look_at_mailbox(const LockedMailbox& mailbox, ActorInfo& info) {
  if (mailbox.capacity() < Quotas::unlimited) info.mailbox_capacity = mailbox.capacity();
  info.overflowed = mailbox.overflowed();
  info.waiting_for_room = mailbox.waiters();
}

/// Looks at one actor, and lists its children. False: it has ended.
bool look_at(Address address, ActorInfo& info, std::vector<Address>& children) {
  Cell& cell = *address.first;
  const Pin pin(cell, address.second);
  if (!pin.holds()) return false;
  for (Cell* child = cell.last_child; child; child = child->previous_sibling) {
    // One that has ended stays in the list for a moment more.
    const std::uint64_t gen = child->gen.load(std::memory_order_relaxed);
    if (!is_void(gen)) children.emplace_back(child, gen);
  }
  std::reverse(children.begin(), children.end());
  const MessageOps* activity = cell.activity.load(std::memory_order_acquire);
  info.path = path_of(cell);
  info.actor = class_name(cell);
  info.state = state_of(cell, activity);
  info.mailbox_depth = mailbox_depth(cell, mailbox_depth_limit);
  if (is_locked(address.second)) look_at_mailbox(mailbox_of(cell), info);
  info.handled = cell.handled.load(std::memory_order_relaxed);
  if (is_in_turn(activity)) info.message = activity->message;
  if (const Supervised* kept = kept_of(cell)) {
    info.restarts = kept->restarts;
    info.recent_restarts = static_cast<std::uint32_t>(kept->recent.count());
    info.last_cause = kept->last_cause;
    info.next_attempt = kept->next_attempt;
  }
  return true;
}

/// As look_at(), with the time that it is in its turn. Not under its guard: the monitor takes guards under
/// its own lock.
bool look_at_and_time(Address address, Monitor& monitor, ActorInfo& info, std::vector<Address>& children) {
  if (!look_at(address, info, children)) return false;
  if (!info.message.empty()) info.busy_for = monitor.busy_for(*address.first);
  return true;
}

}  // namespace

ActorState state_of(const Cell& cell, const MessageOps* activity) {
  if (const Supervised* kept = kept_of(cell); kept && kept->looks_down) return ActorState::restarting;
  if (cell.closed_to_children.load(std::memory_order_relaxed)) return ActorState::stopping;
  if (is_in_turn(activity)) {
    return cell.lanes.looks_suspended() ? ActorState::awaiting : ActorState::running;
  }
  return cell.lanes.looks_idle() ? ActorState::idle : ActorState::ready;
}

Tree walk_tree(Cell& root, Monitor& monitor) {
  Tree tree;
  std::vector<Address> to_visit{{&root, root.gen.load(std::memory_order_relaxed)}};
  while (!to_visit.empty()) {
    const Address address = to_visit.back();
    to_visit.pop_back();
    ActorInfo info;
    std::vector<Address> children;
    if (!look_at_and_time(address, monitor, info, children)) continue;
    if (address.first != &root) tree.push_back(std::move(info));
    to_visit.insert(to_visit.end(), children.rbegin(), children.rend());
  }
  return tree;
}

Tree children_of(Address supervisor) {
  Tree tree;
  ActorInfo own;
  std::vector<Address> children;
  Runtime* runtime = Runtime::of(*supervisor.first);
  if (!runtime || !look_at(supervisor, own, children)) return tree;
  for (const Address& child : children) {
    ActorInfo info;
    std::vector<Address> below;
    if (look_at_and_time(child, runtime->monitor(), info, below)) tree.push_back(std::move(info));
  }
  return tree;
}

}  // namespace detail
}  // namespace troupe::inline v0

// A circle in words.
#include <string>

#include <troupe/deadlock.hpp>
#include <troupe/tree.hpp>

#include "deadlock/settle.hpp"
#include "lifecycle/pin.hpp"
#include "observe/describe.hpp"
#include "observe/mailbox_depth.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0 {

namespace detail {
namespace {

constexpr std::string_view a_thread = "a thread";

/// Path, class and mailbox of who waits, as far as it still does.
void describe_waiter(const Waiter& waiter, DeadlockWait& wait) {
  if (!waiter.cell) {
    wait.path = a_thread;
    return;
  }
  Cell& cell = *waiter.cell;
  const Pin pin(cell, waiter.gen);
  if (!pin.holds()) {
    wait.path = ended_actor_path;
    return;
  }
  wait.path = path_of(cell);
  wait.actor = class_name(cell);
  wait.mailbox_depth = mailbox_depth(cell, mailbox_depth_limit);
}

DeadlockWait describe(const Member& member) {
  const AwaitBlock& block = *member.edge.block;
  DeadlockWait wait;
  describe_waiter(member.waiter, wait);
  const MessageOps& message = *block.message.get();
  wait.message = message.message;
  // What is asked of the runtime is of no actor's class.
  wait.asked =
      block.target_gen == 0 ? std::string(message.actor) : describe(*block.target.get(), block.target_gen);
  wait.for_room = block.room.delivers;
  const std::source_location where = block.where;
  if (where.line() != 0) {
    wait.file = where.file_name();
    wait.line = where.line();
  }
  if (Runtime* runtime = block.runtime.load(std::memory_order_relaxed))
    wait.age = runtime->clock().now() - std::chrono::nanoseconds(block.since);
  wait.certain = member.edge.certain;
  return wait;
}

std::string_view base_name(std::string_view file) {
  const auto slash = file.rfind('/');
  return slash == file.npos ? file : file.substr(slash + 1);
}

std::string waiter_name(const DeadlockWait& wait) {
  return wait.actor.empty() ? wait.path : wait.path + " (" + std::string(wait.actor) + ")";
}

std::string place_of(const DeadlockWait& wait) {
  if (wait.file.empty()) return {};
  return " at " + std::string(base_name(wait.file)) + ':' + std::to_string(wait.line);
}

std::string age_of(const DeadlockWait& wait) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(wait.age).count();
  return std::to_string(ms) + (wait.for_room ? " ms" : " ms ago");
}

std::string line_of(const Deadlock& deadlock, std::size_t index) {
  const DeadlockWait& wait = deadlock.waits[index];
  const DeadlockWait& next = deadlock.waits[(index + 1) % deadlock.waits.size()];
  const std::string message(wait.message);
  const std::string what = wait.for_room ? " waits for room to deliver " + message + " to " + wait.asked
                                         : " asked " + wait.asked + " for " + message;
  std::string line =
      "  " + waiter_name(wait) + what + place_of(wait) + (wait.for_room ? ", for " : ", ") + age_of(wait);
  if (next.path != wait.asked) line += ", whose answer lies with " + waiter_name(next);
  if (!wait.certain) line += ", as it seems";
  if (!wait.actor.empty())
    line += "; " + std::to_string(wait.mailbox_depth) +
            (wait.mailbox_depth == 1 ? " message waits" : " messages wait") + " for it";
  if (index == deadlock.failed) line += " (this ask fails: it is the youngest)";
  return line + '\n';
}

/// As Mermaid takes it between quotes.
std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('"', at)) != text.npos;) text.replace(at, 1, "#quot;");
  return '"' + text + '"';
}

}  // namespace

Deadlock describe(const Circle& circle) {
  Deadlock deadlock;
  deadlock.certain = circle.certain;
  for (const Member& member : circle.members) deadlock.waits.push_back(describe(member));
  return deadlock;
}

}  // namespace detail

std::string to_mermaid(const Deadlock& deadlock) {
  std::string text = "flowchart LR\n";
  const std::size_t count = deadlock.waits.size();
  for (std::size_t i = 0; i < count; ++i) {
    const DeadlockWait& wait = deadlock.waits[i];
    text += "  w" + std::to_string(i) + '[' + detail::quoted(detail::waiter_name(wait)) + "] " +
            (wait.certain ? "-- " : "-. ") +
            detail::quoted(std::string(wait.message) + detail::place_of(wait)) +
            (wait.certain ? " --> w" : " .-> w") + std::to_string((i + 1) % count) + '\n';
  }
  return text;
}

std::string to_string(const Deadlock& deadlock) {
  const std::string count = std::to_string(deadlock.waits.size());
  std::string text =
      deadlock.certain
          ? "deadlock: " + count + " asks wait for each other in a circle, so none would ever be answered:\n"
          : "suspected deadlock: " + count +
                " asks seem to wait for each other in a circle, and have done so for a while:\n";
  for (std::size_t i = 0; i < deadlock.waits.size(); ++i) text += detail::line_of(deadlock, i);
  text +=
      "Let one of them tell instead of ask, or ask without waiting in an exclusive turn (declare it "
      "reentrant).\n";
  return text + to_mermaid(deadlock);
}

}  // namespace troupe::inline v0

#include "waits.hpp"
#include <map>
#include <set>
#include <vector>

namespace troupe::inline v0::sim {

namespace {

/// Asks and joins by message, without those that have an answer, or whose turn or asker has ended.
std::map<MessageNumber, Event> open_asks(const History& history) {
  std::map<MessageNumber, Event> open;
  for (const Event& event : history.events()) {
    const bool asks =
        event.kind == EventKind::ask || (event.kind == EventKind::control && event.message != 0);
    if (asks && event.by != 0) {
      open.emplace(event.message, event);
    } else if (event.kind == EventKind::answer) {
      open.erase(event.message);
    } else if (event.kind == EventKind::turn_end || event.kind == EventKind::turn_discard) {
      // Of a turn that has ended it is what first() left, or an all() of which a part has failed.
      std::erase_if(open, [&](const auto& one) { return one.second.cause == event.message; });
    } else if (event.kind == EventKind::stop) {
      std::erase_if(open, [&](const auto& one) { return one.second.by == event.actor; });
    }
  }
  return open;
}

/// The class of the message in whose turn the ask was made.
std::string turn_of(const History& history, MessageNumber message) {
  for (const Event& event : history.events()) {
    if (event.kind == EventKind::turn_begin && event.message == message) {
      return " in its turn of " + std::string(history.name(event.type));
    }
  }
  return {};
}

}  // namespace

std::string describe_waits(const History& history, const Tree& tree) {
  std::string text;
  std::set<std::string, std::less<>> told;
  const auto add = [&text](const std::string& sentence) { text += (text.empty() ? "" : "; ") + sentence; };
  for (const auto& [message, ask] : open_asks(history)) {
    const std::string who = history.describe(ask.by) + " waits" + turn_of(history, ask.cause) + " for the ";
    if (ask.kind == EventKind::control) {
      add(who + "end of " + history.describe(ask.actor));
    } else {
      add(who + "answer of " + history.describe(ask.actor) + " to " + std::string(history.name(ask.type)));
    }
    told.emplace(history.path_of(ask.by));
  }
  for (const ActorInfo& one : tree) {
    if (one.state != ActorState::awaiting || told.contains(one.path)) continue;
    add(one.path + " waits in its turn of " + std::string(one.message) + " for something that won't come");
  }
  return text;
}

}  // namespace troupe::inline v0::sim

// Who listens to what: channels by name, and patterns that channels are matched with. `Id` names a
// subscriber; it is copied, compared with == and ordered with <.
// Thread-safety: none; it belongs to whoever routes the messages.
// Invariants: no channel and no pattern is kept without a subscriber.
#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "store/glob.hpp"

namespace troupe::kv {

template <class Id>
class Subscriptions {
 public:
  using Subscribers = std::set<Id>;
  using Names = std::map<std::string, Subscribers, std::less<>>;

  // Twice is the same as once; taking away what isn't there does nothing. O(log n).
  void subscribe(std::string_view channel, Id who) { add(channels_, channel, who); }
  void unsubscribe(std::string_view channel, Id who) { remove(channels_, channel, who); }
  void subscribe_pattern(std::string_view pattern, Id who) { add(patterns_, pattern, who); }
  void unsubscribe_pattern(std::string_view pattern, Id who) { remove(patterns_, pattern, who); }

  // For a subscriber who has gone without saying what he listened to. O(all names).
  void forget(Id who) {
    forget_in(channels_, who);
    forget_in(patterns_, who);
  }

  // Calls to_channel(id) for the channel's subscribers, then to_pattern(id, pattern) for each matching
  // pattern's: who listens in several ways hears it several times. Returns how often it called. O(log n +
  // patterns).
  template <class ToChannel, class ToPattern>
  std::size_t publish(std::string_view channel, ToChannel&& to_channel, ToPattern&& to_pattern) const {
    std::size_t receivers = 0;
    if (const auto found = channels_.find(channel); found != channels_.end()) {
      for (const Id& who : found->second) to_channel(who);
      receivers += found->second.size();
    }
    for (const auto& [pattern, subscribers] : patterns_) {
      if (!matches_glob(pattern, channel)) continue;
      for (const Id& who : subscribers) to_pattern(who, std::string_view(pattern));
      receivers += subscribers.size();
    }
    return receivers;
  }

  // Those that have subscribers, by name.
  [[nodiscard]] const Names& channels() const noexcept { return channels_; }
  [[nodiscard]] std::size_t patterns() const noexcept { return patterns_.size(); }
  [[nodiscard]] std::size_t subscribers_of(std::string_view channel) const {
    const auto found = channels_.find(channel);
    return found == channels_.end() ? 0 : found->second.size();
  }

 private:
  static void add(Names& names, std::string_view name, Id who) {
    auto found = names.find(name);
    if (found == names.end()) found = names.emplace(std::string(name), Subscribers()).first;
    found->second.insert(who);
  }

  static void remove(Names& names, std::string_view name, Id who) {
    const auto found = names.find(name);
    if (found == names.end()) return;
    found->second.erase(who);
    if (found->second.empty()) names.erase(found);
  }

  static void forget_in(Names& names, Id who) {
    for (auto at = names.begin(); at != names.end();) {
      at->second.erase(who);
      at = at->second.empty() ? names.erase(at) : std::next(at);
    }
  }

  Names channels_;
  Names patterns_;
};

}  // namespace troupe::kv

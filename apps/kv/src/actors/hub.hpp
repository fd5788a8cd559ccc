// The hub: who has subscribed to what, and the way of each published message to them.
// The subscriptions aren't the object's: who takes its place after a crash goes on with them.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>

#include <troupe/actor.hpp>

#include "actors/crash_test.hpp"
#include "actors/messages.hpp"
#include "actors/statistics.hpp"
#include "pubsub/subscriptions.hpp"

namespace troupe::kv {

// A subscriber as a key of a set. Its address is no key: the id of one is a hash, which two may share.
struct Listener {
  Subscriber address;
  std::uint64_t client;
  friend bool operator==(const Listener& a, const Listener& b) { return a.client == b.client; }
  friend bool operator<(const Listener& a, const Listener& b) { return a.client < b.client; }
};

// What a restart keeps.
struct HubState {
  Subscriptions<Listener> subscriptions;
  // Set while it is carried out. Its client relies on it, so whoever finds it here carries it out first.
  std::optional<SubscriptionsChanged> unfinished;
};

class Hub : public Actor<Hub> {
 public:
  Hub(std::shared_ptr<HubState> state, std::shared_ptr<Statistics> statistics);

  void on(AskHub&& question);
  void on(SubscriptionsChanged&& news);
  void on(Crash) { crash_test_.arm(); }

 private:
  void change(const SubscriptionsChanged& news);

  const std::shared_ptr<HubState> state_;
  Subscriptions<Listener>& subscriptions_ = state_->subscriptions;
  std::shared_ptr<Statistics> statistics_;
  CrashTest crash_test_;
};

}  // namespace troupe::kv

// The hub: who has subscribed to what, and the way of each published message to them.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>

#include <troupe/actor.hpp>

#include "actors/messages.hpp"
#include "actors/statistics.hpp"
#include "pubsub/subscriptions.hpp"

namespace troupe::kv {

class Hub : public Actor<Hub> {
 public:
  explicit Hub(std::shared_ptr<Statistics> statistics) : statistics_(std::move(statistics)) {}

  void on(AskHub&& question);
  void on(const SubscriptionsChanged& news);

 private:
  // A subscriber as a key of a set. Its address is no key: the id of one is a hash, which two may share.
  struct Listener {
    Subscriber address;
    std::uint64_t client;
    friend bool operator==(const Listener& a, const Listener& b) { return a.client == b.client; }
    friend bool operator<(const Listener& a, const Listener& b) { return a.client < b.client; }
  };

  Subscriptions<Listener> subscriptions_;
  std::shared_ptr<Statistics> statistics_;
};

}  // namespace troupe::kv

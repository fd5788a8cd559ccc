// PUBLISH and PUBSUB, which run where the subscriptions of all connections are.
// Thread-safety: none; called by the owner of the subscriptions.
#pragma once

#include <cassert>
#include <vector>

#include "commands/command.hpp"
#include "pubsub/subscriptions.hpp"
#include "resp/case_fold.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {

// Channels that have subscribers, of which only those that match the pattern are shown.
void write_channels(Request& request, const std::vector<std::string_view>& channels);

// "PUBSUB CHANNELS a b" names too many; false if the answer has been written.
[[nodiscard]] bool check_channels_syntax(Request& request);

// Runs the request and leaves the answer in it. For PUBLISH it calls to_channel(id) and to_pattern(id,
// pattern), as Subscriptions::publish does; what to send is request[1] and request[2].
// @pre the request was routed to the hub.
template <class Id, class ToChannel, class ToPattern>
void execute_on_hub(const Subscriptions<Id>& subscriptions, Request& request, ToChannel&& to_channel,
                    ToPattern&& to_pattern) {
  const std::string_view name = request.command->name;
  Reply reply(request);
  if (name == "publish") {
    const std::size_t receivers = subscriptions.publish(request[1], to_channel, to_pattern);
    return reply.integer(static_cast<std::int64_t>(receivers));
  }
  if (name == "pubsub|numpat") return reply.integer(static_cast<std::int64_t>(subscriptions.patterns()));
  if (name == "pubsub|numsub") {
    reply.array((request.size() - 2) * 2);
    for (std::size_t i = 2; i < request.size(); ++i) {
      reply.bulk(request[i]);
      reply.integer(static_cast<std::int64_t>(subscriptions.subscribers_of(request[i])));
    }
    return;
  }
  assert(name == "pubsub|channels");
  if (!check_channels_syntax(request)) return;
  std::vector<std::string_view> channels;
  for (const auto& [channel, subscribers] : subscriptions.channels()) channels.push_back(channel);
  write_channels(request, channels);
}

}  // namespace troupe::kv

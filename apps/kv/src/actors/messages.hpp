// What the server's actors say to each other. All are passed by value or moved; what many receivers share is
// immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/net/connection.hpp>
#include <troupe/recipient.hpp>

#include "resp/request.hpp"
#include "server/settings.hpp"
#include "session/client_info.hpp"
#include "session/connection_context.hpp"

namespace troupe::kv {

using RequestPtr = std::unique_ptr<Request>;

// What the hub or the server has answered, on its way home.
struct Answered {
  RequestPtr request;
};
using Requester = Recipient<Answered>;

// Requests of one client that follow each other and go to the same shard: a pipeline costs two messages then,
// not two for each request.
using Batch = std::vector<RequestPtr>;
inline constexpr std::size_t kLargestBatch = 64;  // more would keep the other clients waiting

struct Executed {
  Batch batch;
};
using BatchOwner = Recipient<Executed>;

// For a shard, with the time at which the requests were read. They are executed in their order.
struct Execute {
  Batch batch;
  WallTime now;
  BatchOwner from;
};

// PUBLISH or PUBSUB, for the hub.
struct AskHub {
  RequestPtr request;
  Requester from;
};

// CONFIG or CLIENT LIST, for the server.
struct AskServer {
  RequestPtr request;
  Requester from;
};

// One message on its way to its subscribers.
struct Publication {
  std::string channel;
  std::string payload;
};
struct Published {
  std::shared_ptr<const Publication> publication;
  std::string pattern;  // that it came by
  bool by_pattern = false;
};
using Subscriber = Recipient<Published>;

struct SubscriptionsChanged {
  Subscriber who;
  std::uint64_t client;  // its id
  std::vector<SubscriptionChange> changes;
};

struct SettingsChanged {
  std::shared_ptr<const Settings> settings;
};

// Asks a connection who it is; it answers a ClientInfo.
struct DescribeClient {};

}  // namespace troupe::kv

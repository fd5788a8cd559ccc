// What the server's actors say to each other. All are passed by value or moved; what many receivers share is
// immutable.
// Invariant: no request is left without an answer. A message with requests owes them to its sender: if it is
// destroyed with requests in it, because who had it has crashed or ended, they go home with an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
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
  Execute(Batch requests, WallTime read_at, BatchOwner owner)
      : batch(std::move(requests)), now(read_at), from(owner) {}
  Execute(Execute&&) = default;
  Execute& operator=(Execute&&) = delete;
  ~Execute() {
    if (!batch.empty()) give_back();
  }

  // Nothing of it has been begun: there was no room where it was to go.
  void turn_away() noexcept;

  Batch batch;
  WallTime now;
  BatchOwner from;
  std::size_t executed = 0;  // of the batch, so far

 private:
  void give_back() noexcept;
};

// A request for an actor that there is one of.
struct Question {
  Question(RequestPtr asked, Requester asker) : request(std::move(asked)), from(asker) {}
  Question(Question&&) = default;
  Question& operator=(Question&&) = delete;
  ~Question() {
    if (request != nullptr) give_back();
  }
  void send_home() { from.tell<Answered>(std::move(request)); }
  // There was no room where it was to go.
  void turn_away() noexcept;

  RequestPtr request;
  Requester from;

 private:
  void give_back() noexcept;
};
// PUBLISH or PUBSUB.
struct AskHub : Question {
  using Question::Question;
};
// CONFIG, CLIENT LIST or TROUPE.
struct AskServer : Question {
  using Question::Question;
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
// For a client that falls so far behind with what is published that its mailbox is full of it.
struct CutOff {};
using Subscriber = Recipient<Published, CutOff>;

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

// TROUPE CRASH: the receiver is to fail at its next request.
struct Crash {};

}  // namespace troupe::kv

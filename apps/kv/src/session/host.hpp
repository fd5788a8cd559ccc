// What a conversation needs from around it: ways to send requests on, and a few words to the server. The
// requests come back, executed, through Conversation::complete, in any order, also from within these calls.
// Thread-safety: called by the connection only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "resp/request.hpp"
#include "server/server_facts.hpp"
#include "session/connection_context.hpp"

namespace troupe::kv {

class Host {
 public:
  // To be run with execute(); FIFO for each shard.
  virtual void to_shard(std::uint32_t shard, std::unique_ptr<Request> request) = 0;
  // To be run with execute_on_hub().
  virtual void to_hub(std::unique_ptr<Request> request) = 0;
  // To be run with execute_on_server().
  virtual void to_server(std::unique_ptr<Request> request) = 0;
  // To be told to the hub, in order with to_hub.
  virtual void subscriptions_changed(std::span<const SubscriptionChange> changes) = 0;

  virtual void shut_down() = 0;
  virtual void reset_statistics() = 0;
  [[nodiscard]] virtual ServerFacts facts() = 0;

 protected:
  ~Host() = default;
};

}  // namespace troupe::kv

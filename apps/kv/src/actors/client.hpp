// A client: the actor at our end of one connection. The conversation is the Conversation's; here its bytes
// meet the socket, and its requests the other actors.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/net/connection.hpp>
#include <troupe/system.hpp>

#include "actors/crash_test.hpp"
#include "actors/messages.hpp"
#include "actors/statistics.hpp"
#include "session/conversation.hpp"

namespace troupe::kv {

class Server;

// What every client needs of the server. The addresses outlive the clients.
struct Backend {
  Sharding sharding;
  std::vector<Recipient<Execute>> shards;
  Recipient<AskHub, SubscriptionsChanged> hub;
  Recipient<AskServer> server;
  std::shared_ptr<Statistics> statistics;
  void (*shut_down)() = nullptr;  // asks the process to end
  System* system = nullptr;
  Supervisor store;  // of shards, hub and server
};

class Client final : public Actor<Client>, private Host {
 public:
  Client(net::IoLoop& loop, net::Socket&& socket, Session session, std::shared_ptr<const Settings> settings,
         std::shared_ptr<const Backend> backend);

  void on(net::Received&& received);
  void on(const net::Closed&);
  void on(Executed&& executed);
  void on(Answered&& answered);
  void on(const Published& message);
  void on(CutOff) { end(); }
  void on(const SettingsChanged& news);
  ClientInfo on(DescribeClient);
  void on(Crash) { crash_test_.arm(); }
  void on(const Stopping& stopping);

 private:
  // Offers what was read to the conversation, as far as it takes more.
  void converse();
  // Sends off what has been gathered for a shard.
  void send_batch();
  // Sends what is to be said, when there is reason to; ends a conversation that is over.
  void speak();
  void end();
  // The last words of one that has crashed.
  void apologize();

  void to_shard(std::uint32_t shard, std::unique_ptr<Request> request) override;
  void to_hub(std::unique_ptr<Request> request) override;
  void to_server(std::unique_ptr<Request> request) override;
  void subscriptions_changed(std::span<const SubscriptionChange> changes) override;
  void shut_down() override;
  void reset_statistics() override;
  ServerFacts facts() override;

  [[nodiscard]] WallTime wall() const;
  void count();

  std::shared_ptr<const Settings> settings_;
  std::shared_ptr<const Backend> backend_;
  Conversation conversation_;
  net::Connection connection_;
  std::optional<net::Received> input_;  // while some of it hasn't been taken: nothing more is read
  std::size_t input_taken_ = 0;
  WallTime now_{};
  Batch batch_;  // for batch_shard_; sent before anything else is sent, so that order holds
  std::uint32_t batch_shard_ = 0;
  Conversation::Counts counted_;
  bool ended_ = false;
  CrashTest crash_test_;
};

}  // namespace troupe::kv

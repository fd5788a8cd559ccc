// A whole server in one thread, for tests: shards, hub and settings without actors or sockets. What a
// connection sends on waits in a queue per shard, and the queues are served in a seeded order, so that
// answers come back mixed up.
// Thread-safety: none.
#pragma once

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "pubsub/subscriptions.hpp"
#include "server/server_commands.hpp"
#include "session/conversation.hpp"
#include "store/keyspace.hpp"

namespace troupe::kv::test {

class LocalServer;

class LocalClient final : public Host {
 public:
  LocalClient(LocalServer& server, Session session);

  // Sends bytes and returns what has come back since the last call.
  std::string exchange(std::string_view bytes);
  // The same for one line, whose end is added.
  std::string operator()(std::string_view line) { return exchange(std::string(line) + "\r\n"); }
  // What has come without being asked for.
  std::string received();
  [[nodiscard]] Conversation& conversation() noexcept { return conversation_; }

  void to_shard(std::uint32_t shard, std::unique_ptr<Request> request) override;
  void to_hub(std::unique_ptr<Request> request) override;
  void to_server(std::unique_ptr<Request> request) override;
  void subscriptions_changed(std::span<const SubscriptionChange> changes) override;
  void shut_down() override;
  void reset_statistics() override;
  ServerFacts facts() override;

 private:
  LocalServer& server_;
  Conversation conversation_;
};

class LocalServer {
 public:
  explicit LocalServer(std::uint32_t shards = 3, Settings settings = {}, std::uint32_t seed = 1);

  LocalClient& connect();
  void disconnect(LocalClient& client);

  // Virtual unless somebody sets it from a clock.
  WallTime now{std::chrono::seconds(1'700'000'000)};
  bool is_shut_down = false;
  int resets = 0;
  Settings settings;

  [[nodiscard]] Keyspace& shard(std::size_t i) { return *shards_[i]; }
  // Runs what waits for the shards until nothing does.
  void run();

 private:
  friend class LocalClient;
  struct Waiting {
    LocalClient* client;
    std::unique_ptr<Request> request;
  };
  [[nodiscard]] TimePoint now_ms() const { return std::chrono::floor<std::chrono::milliseconds>(now); }

  Sharding sharding_;
  std::vector<std::unique_ptr<Keyspace>> shards_;
  std::vector<std::deque<Waiting>> queues_;
  Subscriptions<LocalClient*> subscriptions_;
  std::vector<std::unique_ptr<LocalClient>> clients_;
  std::uint64_t last_id_ = 0;
  std::mt19937 random_;
};

}  // namespace troupe::kv::test

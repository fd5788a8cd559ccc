// The server: knows the settings and the clients, accepts connections and starts a client for each.
// What it knows isn't the object's: who takes its place after a crash goes on with it, and listens on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/net/listener.hpp>
#include <troupe/task.hpp>

#include "actors/client.hpp"
#include "actors/crash_test.hpp"
#include "actors/hub.hpp"
#include "actors/messages.hpp"
#include "actors/shard.hpp"
#include "actors/statistics.hpp"
#include "server/actors_view.hpp"

namespace troupe::kv {

// The other parts of the store, and where it lives. All of it outlives the server.
struct Surroundings {
  System& system;
  net::IoLoop& loop;
  void (*shut_down)();  // asks the process to end
  Supervisor store;     // of shards, hub and server
  Supervisor clients;
  std::vector<Ref<Shard>> shards;
  Ref<Hub> hub;
  Sharding sharding;
  std::shared_ptr<Statistics> statistics;
  std::uint32_t max_queued;  // messages that may wait in a mailbox
};

// What a restart keeps.
struct ServerState {
  explicit ServerState(const Settings& given) : settings(given) {}
  struct Member {
    Ref<Client> client;
    std::uint64_t id;
  };
  Settings settings;
  std::vector<Member> clients;  // in the order of their ids
  std::uint64_t last_client = 0;
  std::optional<net::Listener> listener;  // its acceptor is the actor, whichever object that has
};

class Server final : public Actor<Server>, private ActorsView {
 public:
  Server(std::shared_ptr<const Surroundings> surroundings, std::shared_ptr<ServerState> state);

  // Begins to listen.
  struct Listen {};
  struct Listening {
    std::string address;  // as "127.0.0.1:7379"
    std::string error;    // if not empty: why it can't, in a sentence
  };
  Listening on(Listen);

  void on(net::Accepted&& accepted);
  // A client has left.
  void on(const Terminated& ended);
  Task<void> on(AskServer&& question);
  void on(Crash) { crash_test_.arm(); }
  void on(Stopping);

 private:
  using Member = ServerState::Member;
  void publish_settings();

  std::vector<ActorFacts> tree() const override;
  std::vector<ActorFacts> restartable() const override;
  bool crash(std::string_view path) override;

  const std::shared_ptr<const Surroundings> surroundings_;
  const std::shared_ptr<ServerState> state_;
  Settings& settings_ = state_->settings;
  std::vector<Member>& clients_ = state_->clients;
  Statistics& statistics_ = *surroundings_->statistics;
  std::shared_ptr<const Settings> shared_settings_;
  std::shared_ptr<const Backend> backend_;
  CrashTest crash_test_;
};

}  // namespace troupe::kv

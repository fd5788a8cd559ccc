// The server: owns the settings and the listener, and is the parent of shards, hub and clients.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/net/listener.hpp>
#include <troupe/task.hpp>

#include "actors/client.hpp"
#include "actors/hub.hpp"
#include "actors/messages.hpp"
#include "actors/shard.hpp"
#include "actors/statistics.hpp"
#include "options/options.hpp"

namespace troupe::kv {

// How the server ends the process it is.
struct Process {
  void (*shut_down)();  // in order, as a signal would
  void (*give_up)();    // at once: the server has failed
};

class Server : public Actor<Server> {
 public:
  // Listens when it is constructed. @throws std::runtime_error: it can't
  Server(net::IoLoop& loop, const Options& options, Process process);

  void on(net::Accepted&& accepted);
  // A client that has left; or a shard or the hub, which nobody stops but the server itself. @throws
  // std::runtime_error: one has failed, and the server can't go on without it
  void on(const Terminated& ended);
  void on(const Stopping& stopping);
  Task<void> on(AskServer&& question);

  struct Address {};
  // Where it listens, as "127.0.0.1:7379".
  std::string on(Address) const;

 private:
  struct Member {
    Ref<Client> client;
    std::uint64_t id;
  };
  void publish_settings();

  net::IoLoop& loop_;
  const Process process_;
  Settings settings_;
  std::shared_ptr<const Settings> shared_settings_;
  std::shared_ptr<Statistics> statistics_;
  std::vector<Ref<Shard>> shards_;
  std::shared_ptr<const Backend> backend_;
  std::vector<Member> clients_;  // in the order of their ids
  std::uint64_t last_client_ = 0;
  net::Listener listener_;
};

}  // namespace troupe::kv

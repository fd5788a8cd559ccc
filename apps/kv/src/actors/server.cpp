#include "actors/server.hpp"
#include <algorithm>
#include <stdexcept>
#include <utility>

#include <troupe/combinators.hpp>

#include "server/server_commands.hpp"

namespace troupe::kv {

namespace {

WallTime floor_us(troupe::WallTime time) { return std::chrono::floor<std::chrono::microseconds>(time); }

std::shared_ptr<const Backend> make_backend(const Surroundings& surroundings, Ref<Server> server) {
  auto backend = std::make_shared<Backend>();
  backend->sharding = surroundings.sharding;
  backend->shards.assign(surroundings.shards.begin(), surroundings.shards.end());
  backend->hub = surroundings.hub;
  backend->server = server;
  backend->statistics = surroundings.statistics;
  backend->shut_down = surroundings.shut_down;
  backend->system = &surroundings.system;
  backend->store = surroundings.store;
  return backend;
}

std::vector<ActorFacts> facts_of(const Tree& tree) {
  std::vector<ActorFacts> facts;
  facts.reserve(tree.size());
  for (const ActorInfo& one : tree) {
    facts.push_back({one.path, one.actor, to_string(one.state), one.mailbox_depth, one.handled, one.restarts,
                     one.last_cause});
  }
  return facts;
}

}  // namespace

// After a crash nobody can say who had been told of the settings, nor whom the object before this one
// watched.
Server::Server(std::shared_ptr<const Surroundings> surroundings, std::shared_ptr<ServerState> state)
    : surroundings_(std::move(surroundings)),
      state_(std::move(state)),
      backend_(make_backend(*surroundings_, self())) {
  publish_settings();
  for (const Member& member : clients_) watch(member.client);
}

Server::Listening Server::on(Listen) {
  try {
    state_->listener.emplace(surroundings_->loop, self(),
                             net::ListenerOptions{.address = settings_.bind, .port = settings_.port});
  } catch (const std::runtime_error& error) {
    return {.address = {}, .error = error.what()};
  }
  settings_.port = state_->listener->port();
  publish_settings();
  const bool v6 = settings_.bind.find(':') != std::string::npos;
  const std::string host = v6 ? '[' + settings_.bind + ']' : settings_.bind;
  return {.address = host + ':' + std::to_string(settings_.port), .error = {}};
}

void Server::on(net::Accepted&& accepted) {
  crash_test_.strike();
  if (clients_.size() >= settings_.max_clients) {
    statistics_.rejected_connections.fetch_add(1, std::memory_order_relaxed);
    return accepted.socket.close_with(kTooManyClients);
  }
  Session session;
  session.id = ++state_->last_client;
  session.address = accepted.socket.remote();
  session.local_address = accepted.socket.local();
  session.connected_at = session.last_command_at = floor_us(wall_time());
  const std::string name = "client-" + std::to_string(session.id);
  // It is made once, of a socket that there is once.
  const auto client = surroundings_->clients.spawn<Client>(
      // What a client asks for is bounded by itself; what is published to it isn't.
      {.name = name,
       .mailbox = unbounded.with(limit<Published>(surroundings_->max_queued), limit<CutOff>(1)),
       .restart = temporary},
      factory([this, socket = std::move(accepted.socket), session = std::move(session)]() mutable {
        return Client(surroundings_->loop, std::move(socket), std::move(session), shared_settings_, backend_);
      }));
  watch(client);
  clients_.push_back({client, state_->last_client});
  statistics_.total_connections.fetch_add(1, std::memory_order_relaxed);
  statistics_.connected_clients.store(clients_.size(), std::memory_order_relaxed);
}

void Server::on(const Terminated& ended) {
  std::erase_if(clients_, [&](const Member& member) { return ended.is(member.client); });
  statistics_.connected_clients.store(clients_.size(), std::memory_order_relaxed);
}

void Server::on(Stopping) { state_->listener.reset(); }

Task<void> Server::on(AskServer&& question) {
  crash_test_.strike();
  std::vector<ClientInfo> clients;
  if (question.request->command->name == "client|list") {
    std::vector<TryAsk<ClientInfo>> asks;
    for (const Member& member : clients_) asks.push_back(member.client.try_ask<DescribeClient>());
    auto infos = co_await all(std::move(asks));
    for (auto& info : infos) {
      if (info) clients.push_back(std::move(*info));  // one that has just left isn't listed
    }
  }
  ServerContext context{settings_, clients, this};
  execute_on_server(context, *question.request);
  if (context.settings_changed) publish_settings();
  question.send_home();
}

void Server::publish_settings() {
  shared_settings_ = std::make_shared<Settings>(settings_);
  for (const Member& member : clients_) member.client.tell<SettingsChanged>(shared_settings_);
  for (const auto& shard : surroundings_->shards) shard.tell<SettingsChanged>(shared_settings_);
}

std::vector<ActorFacts> Server::tree() const { return facts_of(surroundings_->system.tree()); }

std::vector<ActorFacts> Server::restartable() const { return facts_of(surroundings_->store.children()); }

bool Server::crash(std::string_view path) {
  const auto strike = [path](const auto& actor) {
    if (actor.path() != path) return false;
    actor.template tell<Crash>();
    return true;
  };
  return std::ranges::any_of(surroundings_->shards, strike) || strike(surroundings_->hub) || strike(self()) ||
         std::ranges::any_of(clients_, [&](const Member& member) { return strike(member.client); });
}

}  // namespace troupe::kv

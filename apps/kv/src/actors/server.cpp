#include "actors/server.hpp"
#include <algorithm>
#include <random>
#include <stdexcept>
#include <utility>

#include <troupe/combinators.hpp>

#include "server/server_commands.hpp"

namespace troupe::kv {

namespace {
WallTime floor_us(troupe::WallTime time) { return std::chrono::floor<std::chrono::microseconds>(time); }

HashSecret draw_secret() {
  std::random_device source;
  constexpr int half = 32;
  const auto word = [&] { return static_cast<std::uint64_t>(source()) << half | source(); };
  return {word(), word()};
}
}  // namespace

Server::Server(net::IoLoop& loop, const Options& options, Process process)
    : loop_(loop),
      process_(process),
      settings_(options.settings),
      shared_settings_(std::make_shared<Settings>(settings_)),
      statistics_(std::make_shared<Statistics>(floor_us(wall_time()), options.shards, options.threads)),
      listener_(loop, self(), {.address = settings_.bind, .port = settings_.port}) {
  settings_.port = listener_.port();
  shared_settings_ = std::make_shared<Settings>(settings_);
  auto backend = std::make_shared<Backend>();
  backend->sharding = {options.shards, draw_secret()};
  backend->statistics = statistics_;
  backend->shut_down = process_.shut_down;
  backend->server = self();
  const KeyspaceOptions keyspace{settings_.databases, backend->sharding.secret,
                                 settings_.limits.max_bulk_bytes};
  for (std::uint32_t i = 0; i < options.shards; ++i) {
    const std::string name = "shard-" + std::to_string(i);
    shards_.push_back(spawn<Shard>({.name = name}, keyspace, options.active_expire));
    watch(shards_.back());
    backend->shards.emplace_back(shards_.back());
  }
  const auto hub = spawn<Hub>({.name = "hub"}, statistics_);
  watch(hub);
  backend->hub = hub;
  backend_ = std::move(backend);
}

void Server::on(net::Accepted&& accepted) {
  if (clients_.size() >= settings_.max_clients) {
    statistics_->rejected_connections.fetch_add(1, std::memory_order_relaxed);
    return accepted.socket.close_with(kTooManyClients);
  }
  Session session;
  session.id = ++last_client_;
  session.address = accepted.socket.remote();
  session.local_address = accepted.socket.local();
  session.connected_at = session.last_command_at = floor_us(wall_time());
  const auto client =
      spawn<Client>(loop_, std::move(accepted.socket), std::move(session), shared_settings_, backend_);
  watch(client);
  clients_.push_back({client, last_client_});
  statistics_->total_connections.fetch_add(1, std::memory_order_relaxed);
  statistics_->connected_clients.store(clients_.size(), std::memory_order_relaxed);
}

void Server::on(const Terminated& ended) {
  const auto left = std::erase_if(clients_, [&](const Member& member) { return ended.is(member.client); });
  if (left == 0) throw std::runtime_error(ended.path + " has failed, and what it held is lost");
  statistics_->connected_clients.store(clients_.size(), std::memory_order_relaxed);
}

// Without it there are no answers, so a client that waited for one would wait for ever.
void Server::on(const Stopping& stopping) {
  if (stopping.reason == StopReason::failed) process_.give_up();
}

Task<void> Server::on(AskServer&& question) {
  std::vector<ClientInfo> clients;
  if (question.request->command->name == "client|list") {
    std::vector<TryAsk<ClientInfo>> asks;
    for (const Member& member : clients_) asks.push_back(member.client.try_ask<DescribeClient>());
    auto infos = co_await all(std::move(asks));
    for (auto& info : infos) {
      if (info) clients.push_back(std::move(*info));  // one that has just left isn't listed
    }
  }
  ServerContext context{settings_, clients};
  execute_on_server(context, *question.request);
  if (context.settings_changed) publish_settings();
  question.from.tell<Answered>(std::move(question.request));
}

void Server::publish_settings() {
  shared_settings_ = std::make_shared<Settings>(settings_);
  for (const Member& member : clients_) member.client.tell<SettingsChanged>(shared_settings_);
  for (const auto& shard : shards_) shard.tell<SettingsChanged>(shared_settings_);
}

std::string Server::on(Address) const {
  const bool v6 = settings_.bind.find(':') != std::string::npos;
  return (v6 ? '[' + settings_.bind + ']' : settings_.bind) + ':' + std::to_string(settings_.port);
}

}  // namespace troupe::kv

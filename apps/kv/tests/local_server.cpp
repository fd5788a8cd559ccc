#include "local_server.hpp"
#include <algorithm>

#include "commands/execute.hpp"
#include "pubsub/hub_commands.hpp"

namespace troupe::kv::test {

LocalClient::LocalClient(LocalServer& server, Session session)
    : server_(server),
      conversation_(std::move(session), std::make_shared<Settings>(server.settings), server.sharding_,
                    *this) {}

std::string LocalClient::exchange(std::string_view bytes) {
  while (true) {
    bytes.remove_prefix(conversation_.receive(bytes, server_.now));
    server_.run();
    if (bytes.empty() || conversation_.closing()) return received();
  }
}

std::string LocalClient::received() { return std::exchange(conversation_.output(), {}); }

void LocalClient::to_shard(std::uint32_t shard, std::unique_ptr<Request> request) {
  server_.queues_[shard].push_back({this, std::move(request)});
}

void LocalClient::to_hub(std::unique_ptr<Request> request) {
  const Request& r = *request;
  execute_on_hub(
      server_.subscriptions_, *request, [&r](LocalClient* who) { who->conversation_.deliver(r[1], r[2]); },
      [&r](LocalClient* who, std::string_view pattern) { who->conversation_.deliver(pattern, r[1], r[2]); });
  conversation_.complete(std::move(request));
}

void LocalClient::to_server(std::unique_ptr<Request> request) {
  std::vector<ClientInfo> clients;
  for (const auto& client : server_.clients_)
    clients.push_back(client->conversation_.session().info(server_.now));
  ServerContext context{server_.settings, clients};
  execute_on_server(context, *request);
  if (context.settings_changed) {
    const auto changed = std::make_shared<Settings>(server_.settings);
    for (const auto& client : server_.clients_) client->conversation_.use(changed);
    for (const auto& shard : server_.shards_) shard->set_max_value_bytes(changed->limits.max_bulk_bytes);
  }
  conversation_.complete(std::move(request));
}

void LocalClient::subscriptions_changed(std::span<const SubscriptionChange> changes) {
  for (const SubscriptionChange& change : changes) {
    const bool is_channel = change.kind == SubscriptionChange::Kind::channel;
    auto& all = server_.subscriptions_;
    if (is_channel) {
      change.added ? all.subscribe(change.name, this) : all.unsubscribe(change.name, this);
    } else {
      change.added ? all.subscribe_pattern(change.name, this) : all.unsubscribe_pattern(change.name, this);
    }
  }
}

void LocalClient::shut_down() { server_.is_shut_down = true; }

void LocalClient::reset_statistics() { ++server_.resets; }

ServerFacts LocalClient::facts() {
  ServerFacts facts;
  facts.now = server_.now;
  facts.port = server_.settings.port;
  facts.connected_clients = server_.clients_.size();
  facts.max_clients = server_.settings.max_clients;
  facts.shards = static_cast<std::uint32_t>(server_.shards_.size());
  return facts;
}

LocalServer::LocalServer(std::uint32_t shards, Settings settings_given, std::uint32_t seed)
    : settings(std::move(settings_given)), sharding_{shards, {seed, 42}}, queues_(shards), random_(seed) {
  for (std::uint32_t i = 0; i < shards; ++i) {
    shards_.push_back(std::make_unique<Keyspace>(
        KeyspaceOptions{settings.databases, sharding_.secret, settings.limits.max_bulk_bytes}));
  }
}

LocalClient& LocalServer::connect() {
  Session session;
  session.id = ++last_id_;
  session.address = "127.0.0.1:" + std::to_string(50000 + last_id_);
  session.local_address = "127.0.0.1:" + std::to_string(settings.port);
  session.connected_at = now;
  session.last_command_at = now;
  return *clients_.emplace_back(std::make_unique<LocalClient>(*this, std::move(session)));
}

void LocalServer::disconnect(LocalClient& client) {
  client.conversation().leave();
  std::erase_if(clients_, [&client](const auto& one) { return one.get() == &client; });
}

void LocalServer::run() {
  while (true) {
    std::vector<std::size_t> busy;
    for (std::size_t i = 0; i < queues_.size(); ++i) {
      if (!queues_[i].empty()) busy.push_back(i);
    }
    if (busy.empty()) return;
    const std::size_t shard = busy[random_() % busy.size()];
    Waiting next = std::move(queues_[shard].front());
    queues_[shard].pop_front();
    execute(*shards_[shard], *next.request, now_ms());
    next.client->conversation().complete(std::move(next.request));
  }
}

}  // namespace troupe::kv::test

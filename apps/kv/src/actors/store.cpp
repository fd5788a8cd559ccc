#include "actors/store.hpp"
#include <chrono>
#include <memory>
#include <random>
#include <string>

#include <troupe/supervision.hpp>

namespace troupe::kv {

namespace {

// Without what has given up there are no answers, so a client that waited for one would wait for ever.
class EscalationWatch {
 public:
  explicit EscalationWatch(void (*give_up)()) : give_up_(give_up) {}
  void on(const SupervisionEvent& event) {
    if (event.kind == SupervisionKind::escalated) give_up_();
  }

 private:
  void (*give_up_)();
};

HashSecret draw_secret() {
  std::random_device source;
  constexpr int half = 32;
  const auto word = [&] { return static_cast<std::uint64_t>(source()) << half | source(); };
  return {word(), word()};
}

std::shared_ptr<Surroundings> make_surroundings(System& system, net::IoLoop& loop, std::string_view group,
                                                const Options& options, Process process) {
  const auto started = std::chrono::floor<std::chrono::microseconds>(system.wall_time());
  return std::make_shared<Surroundings>(
      Surroundings{.system = system,
                   .loop = loop,
                   .shut_down = process.shut_down,
                   .store = system.supervise(
                       {.name = "kv",
                        .group = group,
                        .intensity = {.restarts = options.max_restarts, .within = options.restart_window}}),
                   .clients = {},
                   .shards = {},
                   .hub = {},
                   .sharding = {options.shards, draw_secret()},
                   .statistics = std::make_shared<Statistics>(started, options.shards, options.threads),
                   .max_queued = options.max_queued});
}

}  // namespace

Ref<Server> start_store(System& system, net::IoLoop& loop, std::string_view group, const Options& options,
                        Process process) {
  system.subscribe_supervision(system.spawn<EscalationWatch>({.name = "escalation-watch"}, process.give_up));
  const auto parts = make_surroundings(system, loop, group, options, process);
  const Supervisor& store = parts->store;
  const KeyspaceOptions keyspace{options.settings.databases, parts->sharding.secret,
                                 options.settings.limits.max_bulk_bytes};
  const Mailbox queue = bounded(options.max_queued);
  for (std::uint32_t i = 0; i < options.shards; ++i) {
    const std::string name = "shard-" + std::to_string(i);
    parts->shards.push_back(store.spawn<Shard>(
        {.name = name, .mailbox = queue}, std::make_shared<ShardState>(keyspace), options.active_expire));
  }
  // Who leaves says so to the hub, and who comes is accepted, whatever there is to do.
  parts->hub = store.spawn<Hub>({.name = "hub", .mailbox = unbounded.with(limit<AskHub>(options.max_queued))},
                                std::make_shared<HubState>(), parts->statistics);
  parts->clients = store.supervise({.name = "clients"});
  return store.spawn<Server>(
      {.name = "server", .mailbox = unbounded.with(limit<AskServer>(options.max_queued))},
      std::shared_ptr<const Surroundings>(parts), std::make_shared<ServerState>(options.settings));
}

}  // namespace troupe::kv

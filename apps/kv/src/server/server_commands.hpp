// The commands that need what no single connection has: the settings, the list of all clients, and the
// actors. They run wherever the server keeps these. Thread-safety: none; called by their owner.
#pragma once

#include <span>

#include "commands/command.hpp"
#include "server/settings.hpp"
#include "session/client_info.hpp"

namespace troupe::kv {

class ActorsView;

struct ServerContext {
  Settings& settings;
  std::span<const ClientInfo> clients;  // those connected now
  ActorsView* actors = nullptr;         // null: there are none
  bool settings_changed = false;        // set by the command: tell the connections and shards
};

void run_config_get(ServerContext&, Request&);
void run_config_rewrite(ServerContext&, Request&);
void run_config_set(ServerContext&, Request&);
void run_client_list(ServerContext&, Request&);
void run_troupe_crash(ServerContext&, Request&);
void run_troupe_restarts(ServerContext&, Request&);
void run_troupe_tree(ServerContext&, Request&);

// @pre the request was routed to the server.
inline void execute_on_server(ServerContext& context, Request& request) {
  request.command->on_server(context, request);
}

}  // namespace troupe::kv

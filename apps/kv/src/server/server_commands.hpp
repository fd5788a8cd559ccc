// The commands that need what no single connection has: the settings, and the list of all clients. They run
// wherever the server keeps these.
// Thread-safety: none; called by their owner.
#pragma once

#include <span>

#include "commands/command.hpp"
#include "server/settings.hpp"
#include "session/client_info.hpp"

namespace troupe::kv {

struct ServerContext {
  Settings& settings;
  std::span<const ClientInfo> clients;  // those connected now
  bool settings_changed = false;        // set by the command: tell the connections and shards
};

void run_config_get(ServerContext&, Request&);
void run_config_rewrite(ServerContext&, Request&);
void run_config_set(ServerContext&, Request&);
void run_client_list(ServerContext&, Request&);

// @pre the request was routed to the server.
inline void execute_on_server(ServerContext& context, Request& request) {
  request.command->on_server(context, request);
}

}  // namespace troupe::kv

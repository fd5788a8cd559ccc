// The commands that run on the connection, by the file that holds them.
// Thread-safety: none; called by the connection.
#pragma once

#include "resp/request.hpp"

namespace troupe::kv {

struct ConnectionContext;

// plain_commands.cpp
void run_echo(ConnectionContext&, Request&);
void run_ping(ConnectionContext&, Request&);
void run_quit(ConnectionContext&, Request&);
void run_reset(ConnectionContext&, Request&);
void run_select(ConnectionContext&, Request&);
void run_shutdown(ConnectionContext&, Request&);
void run_time(ConnectionContext&, Request&);

// hello_and_auth.cpp
void run_auth(ConnectionContext&, Request&);
void run_hello(ConnectionContext&, Request&);

// client_commands.cpp
void run_client_getname(ConnectionContext&, Request&);
void run_client_id(ConnectionContext&, Request&);
void run_client_info(ConnectionContext&, Request&);
void run_client_no_evict(ConnectionContext&, Request&);
void run_client_setinfo(ConnectionContext&, Request&);
void run_client_setname(ConnectionContext&, Request&);

// command_commands.cpp
void run_command(ConnectionContext&, Request&);
void run_command_count(ConnectionContext&, Request&);
void run_command_docs(ConnectionContext&, Request&);
void run_command_getkeys(ConnectionContext&, Request&);
void run_command_getkeysandflags(ConnectionContext&, Request&);
void run_command_info(ConnectionContext&, Request&);
void run_command_list(ConnectionContext&, Request&);

// help_commands.cpp
void run_client_help(ConnectionContext&, Request&);
void run_command_help(ConnectionContext&, Request&);
void run_config_help(ConnectionContext&, Request&);
void run_pubsub_help(ConnectionContext&, Request&);
void run_troupe_help(ConnectionContext&, Request&);

// subscribe_commands.cpp
void run_psubscribe(ConnectionContext&, Request&);
void run_punsubscribe(ConnectionContext&, Request&);
void run_subscribe(ConnectionContext&, Request&);
void run_unsubscribe(ConnectionContext&, Request&);

}  // namespace troupe::kv

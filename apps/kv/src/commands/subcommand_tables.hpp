// The rows of CLIENT, COMMAND, CONFIG, PUBSUB and TROUPE; included by the command table alone.
// Thread-safety: constants.
#pragma once

#include <array>
#include <string_view>

#include "commands/command.hpp"
#include "commands/data_commands.hpp"
#include "server/server_commands.hpp"
#include "session/connection_commands.hpp"

namespace troupe::kv::table {

inline constexpr std::uint32_t kAnyTime = flag::loading | flag::stale;
inline constexpr std::uint32_t kAdmin = flag::admin | flag::noscript | kAnyTime;
inline constexpr std::uint32_t kSlowConnection = category::slow | category::connection;
inline constexpr std::uint32_t kAdminCategories = category::admin | category::slow | category::dangerous;

inline constexpr std::array<std::string_view, 1> kRandomOutput = {"nondeterministic_output"};
inline constexpr std::array<std::string_view, 1> kRandomOrder = {"nondeterministic_output_order"};
inline constexpr std::array<std::string_view, 2> kAllNodes = {"request_policy:all_nodes",
                                                              "response_policy:all_succeeded"};

// A subcommand that looks only at its own connection.
constexpr Command on_session(std::string_view name, int arity, ConnectionHandler run, std::uint32_t flags,
                             std::uint32_t categories, std::span<const std::string_view> tips = {}) {
  return {.name = name,
          .arity = arity,
          .flags = flags,
          .categories = categories,
          .on_connection = run,
          .tips = tips};
}

constexpr Command on_server(std::string_view name, int arity, ServerHandler run, std::uint32_t categories,
                            std::span<const std::string_view> tips = {}) {
  return {.name = name,
          .arity = arity,
          .place = Place::server,
          .flags = kAdmin,
          .categories = categories,
          .on_server = run,
          .tips = tips};
}

constexpr Command on_hub(std::string_view name, int arity, std::uint32_t flags) {
  return {.name = name,
          .arity = arity,
          .place = Place::hub,
          .flags = flags,
          .categories = category::pubsub | (flags & flag::fast ? category::fast : category::slow)};
}

inline constexpr std::uint32_t kClient = flag::noscript | kAnyTime;
inline constexpr std::uint32_t kAdminConnection = kAdminCategories | category::connection;

inline constexpr std::array kClientCommands = {
    on_session("client|getname", 2, run_client_getname, kClient, kSlowConnection),
    on_session("client|help", 2, run_client_help, kAnyTime, kSlowConnection),
    on_session("client|id", 2, run_client_id, kClient, kSlowConnection),
    on_session("client|info", 2, run_client_info, kClient, kSlowConnection, kRandomOutput),
    on_server("client|list", -2, run_client_list, kAdminConnection, kRandomOutput),
    on_session("client|no-evict", 3, run_client_no_evict, kAdmin, kAdminConnection),
    on_session("client|setinfo", 4, run_client_setinfo, kClient, kSlowConnection),
    on_session("client|setname", 3, run_client_setname, kClient, kSlowConnection),
};

inline constexpr std::array kCommandCommands = {
    on_session("command|count", 2, run_command_count, kAnyTime, kSlowConnection),
    on_session("command|docs", -2, run_command_docs, kAnyTime, kSlowConnection, kRandomOrder),
    on_session("command|getkeys", -4, run_command_getkeys, kAnyTime, kSlowConnection),
    on_session("command|getkeysandflags", -4, run_command_getkeysandflags, kAnyTime, kSlowConnection),
    on_session("command|help", 2, run_command_help, kAnyTime, kSlowConnection),
    on_session("command|info", -2, run_command_info, kAnyTime, kSlowConnection, kRandomOrder),
    on_session("command|list", -2, run_command_list, kAnyTime, kSlowConnection, kRandomOrder),
};

inline constexpr std::array kConfigCommands = {
    on_server("config|get", -3, run_config_get, kAdminCategories),
    on_session("config|help", 2, run_config_help, kAnyTime, category::slow),
    Command{.name = "config|resetstat",
            .arity = 2,
            .place = Place::every_shard,
            .merge = Merge::all_ok,
            .flags = kAdmin,
            .categories = kAdminCategories,
            .on_shard = run_reset_statistics},
    on_server("config|rewrite", 2, run_config_rewrite, kAdminCategories),
    on_server("config|set", -4, run_config_set, kAdminCategories, kAllNodes),
};

inline constexpr std::array kPubsubCommands = {
    on_hub("pubsub|channels", -2, flag::pubsub | kAnyTime),
    on_session("pubsub|help", 2, run_pubsub_help, kAnyTime, category::slow),
    on_hub("pubsub|numpat", 2, flag::pubsub | kAnyTime),
    on_hub("pubsub|numsub", -2, flag::pubsub | kAnyTime),
};

// As Redis's DEBUG: only for those who asked for it when they started the server.
inline constexpr std::array kTroupeCommands = {
    on_server("troupe|crash", 3, run_troupe_crash, kAdminCategories),
    on_session("troupe|help", 2, run_troupe_help, kAnyTime, category::slow),
    on_server("troupe|restarts", 2, run_troupe_restarts, kAdminCategories, kRandomOutput),
    on_server("troupe|tree", 2, run_troupe_tree, kAdminCategories, kRandomOutput),
};

}  // namespace troupe::kv::table

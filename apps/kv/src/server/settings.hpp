// The settings that a running server knows, some of which CONFIG SET can change.
// Thread-safety: plain values. The server owns the one that counts and hands out immutable copies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "resp/limits.hpp"
#include "store/keyspace.hpp"

namespace troupe::kv {

inline constexpr std::uint16_t kDefaultPort = 7379;
inline constexpr std::uint32_t kDefaultMaxClients = 10000;

// The whole answer to a connection beyond max_clients, which is then closed.
inline constexpr std::string_view kTooManyClients = "-ERR max number of clients reached\r\n";

struct Settings {
  std::string bind = "127.0.0.1";
  std::uint16_t port = kDefaultPort;
  std::uint32_t databases = kDefaultDatabases;
  std::uint32_t max_clients = kDefaultMaxClients;
  std::string password = {};  // empty: none is asked for
  std::string log_level = "notice";
  bool debug_commands = false;  // whether TROUPE is allowed
  Limits limits = {};
  std::size_t max_output_buffer_bytes = 1024 * kMebibyte;  // a reader who falls behind by more is cut off
};

}  // namespace troupe::kv

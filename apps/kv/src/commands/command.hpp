// What is known about a command before it runs: how many arguments, where its keys are, where it runs, how
// the answers of several shards become one, and the function that runs it. COMMAND INFO tells all this to
// clients.
// Thread-safety: immutable values.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "resp/request.hpp"
#include "store/entry.hpp"

namespace troupe::kv {

class Keyspace;
struct ConnectionContext;
struct ServerContext;

// Where a command runs.
enum class Place : std::uint8_t {
  connection,   // in the connection itself, on its session
  shard,        // on the shard, or shards, that hold its keys
  every_shard,  // on all shards
  scan,         // on the one shard that its cursor names
  hub,          // where the subscriptions of all connections are
  server,       // where the settings and the list of clients are
};

// How the answers of several shards become one.
enum class Merge : std::uint8_t {
  none,         // it never has more than one
  sum,          // of integers
  all_ok,       // OK, unless one is an error
  in_order,     // elements, each at the place of its key
  concatenate,  // arrays
  info,         // counts, which become the text of INFO
};

namespace flag {
enum : std::uint32_t {
  write = 1U << 0,
  readonly = 1U << 1,
  denyoom = 1U << 2,
  admin = 1U << 3,
  pubsub = 1U << 4,
  noscript = 1U << 5,
  loading = 1U << 6,
  stale = 1U << 7,
  fast = 1U << 8,
  no_auth = 1U << 9,
  no_multi = 1U << 10,
  allow_busy = 1U << 11,
};
}  // namespace flag

namespace category {
enum : std::uint32_t {
  keyspace = 1U << 0,
  read = 1U << 1,
  write = 1U << 2,
  string = 1U << 3,
  pubsub = 1U << 4,
  admin = 1U << 5,
  fast = 1U << 6,
  slow = 1U << 7,
  dangerous = 1U << 8,
  connection = 1U << 9,
};
}  // namespace category

// What a command does with its keys.
namespace access {
enum : std::uint32_t {
  read_only = 1U << 0,
  read_write = 1U << 1,
  overwrite = 1U << 2,
  remove = 1U << 3,
  value = 1U << 4,  // its answer shows the value
  update = 1U << 5,
  insert = 1U << 6,
  erase = 1U << 7,
  variable = 1U << 8,
};
}  // namespace access

// Positions of keys among the arguments; last counts from the end if negative. first == 0: no keys.
struct KeyPositions {
  int first = 0;
  int last = 0;
  int step = 0;
};

using DataHandler = void (*)(Keyspace&, Request&, TimePoint now);
using ConnectionHandler = void (*)(ConnectionContext&, Request&);
using ServerHandler = void (*)(ServerContext&, Request&);

struct Command {
  std::string_view name;  // in lower case; of a subcommand "client|id"
  int arity = 0;          // arguments with the name; negative: at least so many
  Place place = Place::connection;
  Merge merge = Merge::none;
  KeyPositions keys = {};
  std::uint32_t flags = 0;
  std::uint32_t categories = 0;
  std::uint32_t access = 0;
  // Exactly the one that its place calls for is set.
  DataHandler on_shard = nullptr;
  ConnectionHandler on_connection = nullptr;
  ServerHandler on_server = nullptr;
  std::span<const Command> subcommands = {};
  std::span<const std::string_view> tips = {};
  std::string_view key_note = {};

  [[nodiscard]] bool accepts(std::size_t arguments) const noexcept {
    const auto count = static_cast<int>(arguments);
    return arity >= 0 ? count == arity : count >= -arity;
  }
  // Behind the last key, for a request of so many arguments.
  [[nodiscard]] std::size_t keys_end(std::size_t arguments) const noexcept {
    if (keys.first == 0) return 0;
    return keys.last >= 0 ? static_cast<std::size_t>(keys.last) + 1
                          : arguments - static_cast<std::size_t>(-keys.last) + 1;
  }
};

}  // namespace troupe::kv

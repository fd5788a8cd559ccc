// Where an admitted request goes.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>

#include "resp/request.hpp"
#include "store/hash.hpp"

namespace troupe::kv {

// What is the same for all connections of a server.
struct Sharding {
  std::uint32_t shards = 1;
  HashSecret secret;
};

enum class Route : std::uint8_t {
  answered,     // there was something wrong with it: the error is in it
  connection,   // runs right here
  one_shard,    // request.shard says which
  many_shards,  // has keys on several: to be split
  every_shard,  // each gets a copy
  hub,
  server,
};

// Also stamps the request with its shard and the hash of its first key.
// @pre the request has been admitted.
[[nodiscard]] Route route(const Sharding& sharding, Request& request);

}  // namespace troupe::kv

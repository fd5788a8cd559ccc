// Cuts a request that concerns several shards into one request for each. What one of them does is atomic on
// its shard; between them others may come.
// Thread-safety: none; called by the connection that owns the request and the pool.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "resp/request.hpp"
#include "routing/request_pool.hpp"
#include "routing/route.hpp"

namespace troupe::kv {

struct Split {
  std::vector<std::unique_ptr<Request>> parts;  // in the order of their `part`, each with its `shard`
  std::vector<std::uint32_t> part_of_key;       // for the keys in order; empty if all shards got the same
};

// @pre route() said many_shards.
[[nodiscard]] Split split_by_keys(const Request& whole, const Sharding& sharding, RequestPool& pool);

// @pre route() said every_shard.
[[nodiscard]] Split copy_to_every_shard(const Request& whole, const Sharding& sharding, RequestPool& pool);

}  // namespace troupe::kv

#include "routing/route.hpp"
#include <cassert>
#include <string>

#include "commands/command.hpp"
#include "commands/scan_cursor.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {
namespace {

Route by_keys(const Sharding& sharding, Request& request) {
  const Command& command = *request.command;
  const auto first = static_cast<std::size_t>(command.keys.first);
  const auto step = static_cast<std::size_t>(command.keys.step);
  const std::size_t end = command.keys_end(request.size());
  // Keys and values in pairs: one too many or too few shows only here.
  if ((end - first) % step != 0) {
    Reply(request).error("wrong number of arguments for '" + std::string(command.name) + "' command");
    return Route::answered;
  }
  request.key_hash = hash_key(sharding.secret, request[first]);
  request.shard = shard_of(request.key_hash, sharding.shards);
  if (sharding.shards == 1) return Route::one_shard;
  for (std::size_t i = first + step; i < end; i += step) {
    if (shard_of(hash_key(sharding.secret, request[i]), sharding.shards) != request.shard)
      return Route::many_shards;
  }
  return Route::one_shard;
}

// A bad cursor may go to any shard: they all know the error.
Route by_cursor(const Sharding& sharding, Request& request) {
  request.shard_count = sharding.shards;
  request.shard = read_scan_cursor(request[1], sharding.shards).value_or(ScanCursor{}).shard;
  return Route::one_shard;
}

}  // namespace

Route route(const Sharding& sharding, Request& request) {
  assert(request.command != nullptr && sharding.shards > 0);
  switch (request.command->place) {
    case Place::connection:
      return Route::connection;
    case Place::shard:
      return by_keys(sharding, request);
    case Place::every_shard:
      return Route::every_shard;
    case Place::scan:
      return by_cursor(sharding, request);
    case Place::hub:
      return Route::hub;
    case Place::server:
      return Route::server;
  }
  return Route::connection;
}

}  // namespace troupe::kv

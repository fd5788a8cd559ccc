// The shard's side of a request: runs it and leaves the answer in it.
// Thread-safety: none; called by the shard that owns the keyspace.
#pragma once

#include <cassert>

#include "commands/command.hpp"
#include "store/keyspace.hpp"

namespace troupe::kv {

// @pre the request was routed to a shard, so its command runs there.
inline void execute(Keyspace& keyspace, Request& request, TimePoint now) {
  assert(request.command != nullptr && request.command->on_shard != nullptr);
  request.command->on_shard(keyspace, request, now);
}

}  // namespace troupe::kv

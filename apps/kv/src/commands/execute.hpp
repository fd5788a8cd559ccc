// The shard's side of a request: runs it and leaves the answer in it. If its connection is owed more than it
// may be, the answer is dropped, and what only reads isn't run. What writes is: it may be a part of a command
// that others of its parts have carried out.
// Thread-safety: none; called by the shard that owns the keyspace.
#pragma once

#include "resp/request.hpp"
#include "store/entry.hpp"

namespace troupe::kv {

class Keyspace;

// @pre the request was routed to a shard, so its command runs there.
void execute(Keyspace& keyspace, Request& request, TimePoint now);

}  // namespace troupe::kv

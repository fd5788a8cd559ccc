// The commands that run on a shard, by the file that holds them. Each reads its arguments from the request,
// which has passed the arity check, and writes exactly one answer into it.
// Thread-safety: none; called by the shard that owns the keyspace.
#pragma once

#include "resp/request.hpp"
#include "store/entry.hpp"

namespace troupe::kv {

class Keyspace;

// string_reads.cpp
void run_get(Keyspace&, Request&, TimePoint now);
void run_getrange(Keyspace&, Request&, TimePoint now);
void run_mget(Keyspace&, Request&, TimePoint now);
void run_strlen(Keyspace&, Request&, TimePoint now);

// string_writes.cpp
void run_append(Keyspace&, Request&, TimePoint now);
void run_getdel(Keyspace&, Request&, TimePoint now);
void run_getset(Keyspace&, Request&, TimePoint now);
void run_mset(Keyspace&, Request&, TimePoint now);
void run_psetex(Keyspace&, Request&, TimePoint now);
void run_setex(Keyspace&, Request&, TimePoint now);
void run_setnx(Keyspace&, Request&, TimePoint now);

// set_and_getex.cpp
void run_getex(Keyspace&, Request&, TimePoint now);
void run_set(Keyspace&, Request&, TimePoint now);

// counters.cpp
void run_decr(Keyspace&, Request&, TimePoint now);
void run_decrby(Keyspace&, Request&, TimePoint now);
void run_incr(Keyspace&, Request&, TimePoint now);
void run_incrby(Keyspace&, Request&, TimePoint now);

// expiry_commands.cpp
void run_expire(Keyspace&, Request&, TimePoint now);
void run_expireat(Keyspace&, Request&, TimePoint now);
void run_expiretime(Keyspace&, Request&, TimePoint now);
void run_persist(Keyspace&, Request&, TimePoint now);
void run_pexpire(Keyspace&, Request&, TimePoint now);
void run_pexpireat(Keyspace&, Request&, TimePoint now);
void run_pexpiretime(Keyspace&, Request&, TimePoint now);
void run_pttl(Keyspace&, Request&, TimePoint now);
void run_ttl(Keyspace&, Request&, TimePoint now);

// key_commands.cpp
void run_dbsize(Keyspace&, Request&, TimePoint now);
void run_del(Keyspace&, Request&, TimePoint now);
void run_exists(Keyspace&, Request&, TimePoint now);
void run_flushall(Keyspace&, Request&, TimePoint now);
void run_flushdb(Keyspace&, Request&, TimePoint now);
void run_type(Keyspace&, Request&, TimePoint now);

// scan_commands.cpp
void run_keys(Keyspace&, Request&, TimePoint now);
void run_scan(Keyspace&, Request&, TimePoint now);

// shard_statistics.cpp
void run_shard_statistics(Keyspace&, Request&, TimePoint now);
void run_reset_statistics(Keyspace&, Request&, TimePoint now);

}  // namespace troupe::kv

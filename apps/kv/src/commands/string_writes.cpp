// SETNX, SETEX, PSETEX, MSET, GETSET, GETDEL, APPEND.
#include "commands/data_commands.hpp"
#include "commands/errors.hpp"
#include "commands/expire_time.hpp"
#include "commands/lookup_key.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {
namespace {

void set_with_expiry(Keyspace& keyspace, Request& request, TimePoint now, Unit unit,
                     std::string_view command) {
  Reply reply(request);
  const auto expires = positive_expire_time(request[2], unit, From::now, now, command, reply);
  if (!expires) return;
  Database& database = database_of(keyspace, request);
  database.set_expiry(database.put(first_key(request), request[3], now), *expires);
  reply.ok();
}

}  // namespace

void run_setnx(Keyspace& keyspace, Request& request, TimePoint now) {
  const bool exists = find_to_write(keyspace, request, now) != nullptr;
  if (!exists) database_of(keyspace, request).insert(first_key(request), request[2]);
  Reply(request).integer(exists ? 0 : 1);
}

void run_setex(Keyspace& keyspace, Request& request, TimePoint now) {
  set_with_expiry(keyspace, request, now, Unit::seconds, "setex");
}

void run_psetex(Keyspace& keyspace, Request& request, TimePoint now) {
  set_with_expiry(keyspace, request, now, Unit::milliseconds, "psetex");
}

// Routing has seen to it that keys and values are in pairs.
void run_mset(Keyspace& keyspace, Request& request, TimePoint now) {
  Database& database = database_of(keyspace, request);
  for (std::size_t i = kFirstKey; i + 1 < request.size(); i += 2) {
    database.put(keyspace.key(request[i]), request[i + 1], now);
  }
  Reply(request).ok();
}

void run_getset(Keyspace& keyspace, Request& request, TimePoint now) {
  run_get(keyspace, request, now);
  database_of(keyspace, request).put(first_key(request), request[2], now);
}

void run_getdel(Keyspace& keyspace, Request& request, TimePoint now) {
  Reply reply(request);
  Entry* entry = find_to_read(keyspace, request, now);
  if (entry == nullptr) return reply.null();
  reply.bulk(entry->value);
  database_of(keyspace, request).erase(*entry);
}

void run_append(Keyspace& keyspace, Request& request, TimePoint now) {
  Reply reply(request);
  Entry* entry = find_to_write(keyspace, request, now);
  const std::size_t size = (entry != nullptr ? entry->value.size() : 0) + request[2].size();
  if (entry == nullptr) {
    database_of(keyspace, request).insert(first_key(request), request[2]);
  } else {
    if (size > keyspace.max_value_bytes()) return reply.error(errors::kTooLong);
    entry->value += request[2];
  }
  reply.integer(static_cast<std::int64_t>(size));
}

}  // namespace troupe::kv

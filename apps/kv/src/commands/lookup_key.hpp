// How data commands reach a key: the first one with the hash that routing has computed already.
// Thread-safety: none; called by the shard that owns the keyspace.
#pragma once

#include "resp/request.hpp"
#include "store/keyspace.hpp"

namespace troupe::kv {

inline constexpr std::size_t kFirstKey = 1;

[[nodiscard]] inline Key first_key(const Request& request) noexcept {
  return {request[kFirstKey], request.key_hash};
}

[[nodiscard]] inline Database& database_of(Keyspace& keyspace, const Request& request) noexcept {
  return keyspace.database(request.database);
}

// For commands that write: not counted as a lookup.
[[nodiscard]] inline Entry* find_to_write(Keyspace& keyspace, const Request& request, TimePoint now) {
  return database_of(keyspace, request).find(first_key(request), now);
}

// For commands that read: counted as a hit or a miss.
[[nodiscard]] inline Entry* find_to_read(Keyspace& keyspace, const Request& request, TimePoint now) {
  Entry* entry = find_to_write(keyspace, request, now);
  keyspace.count_lookup(entry != nullptr);
  return entry;
}

}  // namespace troupe::kv

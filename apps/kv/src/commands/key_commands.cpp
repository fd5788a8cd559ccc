// DEL and UNLINK, EXISTS, TYPE, DBSIZE, FLUSHDB, FLUSHALL.
#include "commands/data_commands.hpp"
#include "commands/errors.hpp"
#include "commands/lookup_key.hpp"
#include "resp/case_fold.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {
namespace {

// Both ways of flushing are the same here, but the word must be one of them.
bool has_flush_syntax(const Request& request) {
  return request.size() == 1 ||
         (request.size() == 2 && (equals_folded(request[1], "async") || equals_folded(request[1], "sync")));
}

}  // namespace

void run_del(Keyspace& keyspace, Request& request, TimePoint now) {
  Database& database = database_of(keyspace, request);
  std::int64_t removed = 0;
  for (std::size_t i = kFirstKey; i < request.size(); ++i) {
    Entry* entry = database.find(keyspace.key(request[i]), now);
    if (entry == nullptr) continue;
    database.erase(*entry);
    ++removed;
  }
  Reply(request).integer(removed);
}

// A key named twice counts twice.
void run_exists(Keyspace& keyspace, Request& request, TimePoint now) {
  Database& database = database_of(keyspace, request);
  std::int64_t found = 0;
  for (std::size_t i = kFirstKey; i < request.size(); ++i) {
    const bool exists = database.find(keyspace.key(request[i]), now) != nullptr;
    keyspace.count_lookup(exists);
    found += exists ? 1 : 0;
  }
  Reply(request).integer(found);
}

void run_type(Keyspace& keyspace, Request& request, TimePoint now) {
  Reply(request).simple(find_to_read(keyspace, request, now) != nullptr ? "string" : "none");
}

void run_dbsize(Keyspace& keyspace, Request& request, TimePoint) {
  Reply(request).integer(static_cast<std::int64_t>(database_of(keyspace, request).size()));
}

void run_flushdb(Keyspace& keyspace, Request& request, TimePoint) {
  if (!has_flush_syntax(request)) return Reply(request).error(errors::kSyntax);
  database_of(keyspace, request).clear();
  Reply(request).ok();
}

void run_flushall(Keyspace& keyspace, Request& request, TimePoint) {
  if (!has_flush_syntax(request)) return Reply(request).error(errors::kSyntax);
  keyspace.clear();
  Reply(request).ok();
}

}  // namespace troupe::kv

// SET with all its options, and GETEX.
#include "commands/data_commands.hpp"
#include "commands/errors.hpp"
#include "commands/lookup_key.hpp"
#include "commands/set_options.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {
namespace {

constexpr std::size_t kSetOptionsAt = 3;
constexpr std::size_t kGetexOptionsAt = 2;

void set_value(Keyspace& keyspace, const Request& request, Entry* entry, const SetOptions& options,
               std::optional<TimePoint> expires) {
  Database& database = database_of(keyspace, request);
  if (entry == nullptr) {
    entry = &database.insert(first_key(request), request[2]);
  } else {
    entry->value = request[2];
    if (!expires && !options.keep_ttl) database.clear_expiry(*entry);
  }
  if (expires) database.set_expiry(*entry, *expires);
}

}  // namespace

void run_set(Keyspace& keyspace, Request& request, TimePoint now) {
  Reply reply(request);
  const auto options = read_set_options(request, kSetOptionsAt, OptionsOf::set);
  if (!options) return reply.error(errors::kSyntax);
  std::optional<TimePoint> expires;
  if (options->expiry) {
    const auto& expiry = *options->expiry;
    expires = positive_expire_time(expiry.number, expiry.unit, expiry.from, now, "set", reply);
    if (!expires) return;
  }
  Entry* entry = find_to_write(keyspace, request, now);
  if (options->get) {
    keyspace.count_lookup(entry != nullptr);
    entry != nullptr ? reply.bulk(entry->value) : reply.null();
  }
  const bool refused = entry != nullptr ? options->only_if_absent : options->only_if_present;
  if (!refused) set_value(keyspace, request, entry, *options, expires);
  if (options->get) return;
  refused ? reply.null() : reply.ok();
}

void run_getex(Keyspace& keyspace, Request& request, TimePoint now) {
  Reply reply(request);
  const auto options = read_set_options(request, kGetexOptionsAt, OptionsOf::getex);
  if (!options) return reply.error(errors::kSyntax);
  Entry* entry = find_to_read(keyspace, request, now);
  if (entry == nullptr) return reply.null();
  Database& database = database_of(keyspace, request);
  if (!options->expiry) {
    reply.bulk(entry->value);
    if (options->persist) database.clear_expiry(*entry);
    return;
  }
  const auto& expiry = *options->expiry;
  const auto expires = positive_expire_time(expiry.number, expiry.unit, expiry.from, now, "getex", reply);
  if (!expires) return;
  reply.bulk(entry->value);
  *expires <= now ? database.erase(*entry) : database.set_expiry(*entry, *expires);
}

}  // namespace troupe::kv

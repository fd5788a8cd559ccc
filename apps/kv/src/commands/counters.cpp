// INCR, DECR, INCRBY, DECRBY.
#include <limits>

#include "commands/data_commands.hpp"
#include "commands/errors.hpp"
#include "commands/lookup_key.hpp"
#include "resp/integers.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {
namespace {

using Int = std::numeric_limits<std::int64_t>;

bool sum_overflows(std::int64_t a, std::int64_t b) { return b > 0 ? a > Int::max() - b : a < Int::min() - b; }

void add(Keyspace& keyspace, Request& request, TimePoint now, std::int64_t amount) {
  Reply reply(request);
  Entry* entry = find_to_write(keyspace, request, now);
  const auto old_value = entry != nullptr ? parse_integer(entry->value) : 0;
  if (!old_value) return reply.error(errors::kNotAnInteger);
  if (sum_overflows(*old_value, amount)) return reply.error("increment or decrement would overflow");
  const std::int64_t value = *old_value + amount;
  if (entry == nullptr) entry = &database_of(keyspace, request).insert(first_key(request), {});
  entry->value.clear();
  append_integer(entry->value, value);
  reply.integer(value);
}

}  // namespace

void run_incr(Keyspace& keyspace, Request& request, TimePoint now) { add(keyspace, request, now, 1); }

void run_decr(Keyspace& keyspace, Request& request, TimePoint now) { add(keyspace, request, now, -1); }

void run_incrby(Keyspace& keyspace, Request& request, TimePoint now) {
  const auto amount = parse_integer(request[2]);
  if (!amount) return Reply(request).error(errors::kNotAnInteger);
  add(keyspace, request, now, *amount);
}

void run_decrby(Keyspace& keyspace, Request& request, TimePoint now) {
  const auto amount = parse_integer(request[2]);
  if (!amount) return Reply(request).error(errors::kNotAnInteger);
  if (*amount == Int::min()) return Reply(request).error("decrement would overflow");
  add(keyspace, request, now, -*amount);
}

}  // namespace troupe::kv

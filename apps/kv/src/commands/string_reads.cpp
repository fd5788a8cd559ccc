// GET, MGET, STRLEN, GETRANGE.
#include <algorithm>

#include "commands/data_commands.hpp"
#include "commands/errors.hpp"
#include "commands/lookup_key.hpp"
#include "resp/answer_budget.hpp"
#include "resp/integers.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {

void run_get(Keyspace& keyspace, Request& request, TimePoint now) {
  Reply reply(request);
  const Entry* entry = find_to_read(keyspace, request, now);
  entry != nullptr ? reply.bulk(entry->value) : reply.null();
}

void run_mget(Keyspace& keyspace, Request& request, TimePoint now) {
  Reply reply(request);
  Database& database = database_of(keyspace, request);
  reply.array(request.size() - kFirstKey);
  for (std::size_t i = kFirstKey; i < request.size(); ++i) {
    const Entry* entry = database.find(keyspace.key(request[i]), now);
    keyspace.count_lookup(entry != nullptr);
    entry != nullptr ? reply.bulk(entry->value) : reply.null();
    // A short request can name a large value again and again.
    if (request.budget && request.budget->is_exceeded_by(request.answer.size())) return request.drop_answer();
  }
}

void run_strlen(Keyspace& keyspace, Request& request, TimePoint now) {
  const Entry* entry = find_to_read(keyspace, request, now);
  Reply(request).integer(entry != nullptr ? static_cast<std::int64_t>(entry->value.size()) : 0);
}

void run_getrange(Keyspace& keyspace, Request& request, TimePoint now) {
  Reply reply(request);
  const auto first = parse_integer(request[2]);
  const auto last = parse_integer(request[3]);
  if (!first || !last) return reply.error(errors::kNotAnInteger);
  const Entry* entry = find_to_read(keyspace, request, now);
  if (entry == nullptr) return reply.bulk({});
  const auto size = static_cast<std::int64_t>(entry->value.size());
  // Both ends count from the end if negative, and both belong to the range.
  if (*first < 0 && *last < 0 && *first > *last) return reply.bulk({});
  const std::int64_t from = std::max<std::int64_t>(0, *first < 0 ? size + *first : *first);
  const std::int64_t to = std::min(size - 1, std::max<std::int64_t>(0, *last < 0 ? size + *last : *last));
  if (from > to) return reply.bulk({});
  reply.bulk(std::string_view(entry->value)
                 .substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from + 1)));
}

}  // namespace troupe::kv

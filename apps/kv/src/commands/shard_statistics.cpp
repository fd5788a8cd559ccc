#include "commands/shard_statistics.hpp"
#include <algorithm>
#include <limits>

#include "commands/data_commands.hpp"
#include "resp/reply.hpp"
#include "resp/reply_reader.hpp"
#include "store/keyspace.hpp"

namespace troupe::kv {
namespace {

constexpr std::size_t kShardNumbers = 3;
constexpr std::size_t kDatabaseNumbers = 3;

// Far-off expiries must not make the sum overflow.
std::int64_t total_ms(std::chrono::milliseconds mean, std::size_t count) {
  const auto total = static_cast<double>(mean.count()) * static_cast<double>(count);
  constexpr double kMost = static_cast<double>(std::numeric_limits<std::int64_t>::max() / 4096);
  return static_cast<std::int64_t>(std::min(total, kMost));
}

}  // namespace

void run_shard_statistics(Keyspace& keyspace, Request& request, TimePoint now) {
  // Whatever the connection speaks: this answer stays inside.
  Reply reply(request.answer, Protocol::resp2);
  reply.array(kShardNumbers + kDatabaseNumbers * keyspace.databases());
  reply.integer(static_cast<std::int64_t>(keyspace.hits()));
  reply.integer(static_cast<std::int64_t>(keyspace.misses()));
  reply.integer(static_cast<std::int64_t>(keyspace.expired()));
  for (std::uint32_t i = 0; i < keyspace.databases(); ++i) {
    const Database& database = keyspace.database(i);
    reply.integer(static_cast<std::int64_t>(database.size()));
    reply.integer(static_cast<std::int64_t>(database.expiring()));
    reply.integer(total_ms(database.mean_time_left(now), database.expiring()));
  }
}

void run_reset_statistics(Keyspace& keyspace, Request& request, TimePoint) {
  keyspace.reset_counts();
  Reply(request).ok();
}

void ShardStatistics::add(std::string_view answer) {
  ReplyReader reader(answer);
  const auto numbers = static_cast<std::size_t>(reader.next_number().value_or(0));
  const auto add_next = [&reader](std::int64_t& to) { to += reader.next_number().value_or(0); };
  add_next(hits);
  add_next(misses);
  add_next(expired);
  databases.resize(std::max(databases.size(), (numbers - kShardNumbers) / kDatabaseNumbers));
  for (DatabaseStatistics& database : databases) {
    add_next(database.keys);
    add_next(database.expiring);
    add_next(database.total_ms_left);
  }
}

}  // namespace troupe::kv

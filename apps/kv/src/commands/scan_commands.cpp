// KEYS and SCAN.
#include <vector>

#include "commands/data_commands.hpp"
#include "commands/errors.hpp"
#include "commands/lookup_key.hpp"
#include "commands/scan_cursor.hpp"
#include "resp/case_fold.hpp"
#include "resp/integers.hpp"
#include "resp/reply.hpp"
#include "store/glob.hpp"

namespace troupe::kv {
namespace {

constexpr std::int64_t kDefaultCount = 10;
// A scan of a nearly empty table gives up after so many buckets per key wanted.
constexpr std::int64_t kMaxBucketsPerKey = 10;
constexpr std::int64_t kMaxCount = 1'000'000'000;
constexpr std::size_t kScanOptionsAt = 2;

struct ScanOptions {
  std::int64_t count = kDefaultCount;
  std::string_view pattern = "*";
  bool strings = true;  // all there are
};

// Writes the error itself.
std::optional<ScanOptions> read_scan_options(const Request& request, Reply& reply) {
  ScanOptions options;
  for (std::size_t i = kScanOptionsAt; i < request.size(); i += 2) {
    const bool has_value = i + 1 < request.size();
    if (has_value && equals_folded(request[i], "count")) {
      const auto count = parse_integer(request[i + 1]);
      if (!count) {
        reply.error(errors::kNotAnInteger);
        return std::nullopt;
      }
      if (*count < 1) {
        reply.error(errors::kSyntax);
        return std::nullopt;
      }
      options.count = std::min(*count, kMaxCount);
    } else if (has_value && equals_folded(request[i], "match")) {
      options.pattern = request[i + 1];
    } else if (has_value && equals_folded(request[i], "type")) {
      options.strings = equals_folded(request[i + 1], "string");
    } else {
      reply.error(errors::kSyntax);
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

void run_keys(Keyspace& keyspace, Request& request, TimePoint now) {
  const std::string_view pattern = request[1];
  const Database& database = database_of(keyspace, request);
  std::vector<const Entry*> found;
  for (ScanPosition at = 0; at < kScanEnd;) {
    at = database.scan_bucket(at, [&](const Entry& entry) {
      if (!entry.is_expired(now) && matches_glob(pattern, entry.key())) found.push_back(&entry);
    });
  }
  Reply reply(request);
  reply.array(found.size());
  for (const Entry* entry : found) reply.bulk(entry->key());
}

void run_scan(Keyspace& keyspace, Request& request, TimePoint now) {
  Reply reply(request);
  auto cursor = read_scan_cursor(request[1], request.shard_count);
  if (!cursor) return reply.error("invalid cursor");
  const auto options = read_scan_options(request, reply);
  if (!options) return;
  const Database& database = database_of(keyspace, request);
  std::vector<const Entry*> found;
  std::int64_t seen = 0;
  std::int64_t buckets_left = options->count * kMaxBucketsPerKey;
  while (cursor->position < kScanEnd && seen < options->count && buckets_left > 0) {
    --buckets_left;
    cursor->position = database.scan_bucket(cursor->position, [&](const Entry& entry) {
      ++seen;
      if (options->strings && !entry.is_expired(now) && matches_glob(options->pattern, entry.key())) {
        found.push_back(&entry);
      }
    });
  }
  reply.array(2);
  char digits[kMaxIntegerDigits + 1];
  const std::uint64_t next = next_scan_cursor(*cursor, request.shard_count);
  const auto end = std::to_chars(digits, digits + sizeof digits, next).ptr;
  reply.bulk({digits, static_cast<std::size_t>(end - digits)});
  reply.array(found.size());
  for (const Entry* entry : found) reply.bulk(entry->key());
}

}  // namespace troupe::kv

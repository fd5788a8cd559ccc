// What a shard adds to INFO: counts, sent as an array of integers, summed over the shards.
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::kv {

struct DatabaseStatistics {
  std::int64_t keys = 0;
  std::int64_t expiring = 0;
  std::int64_t total_ms_left = 0;  // of the expiring ones, by estimate
};

struct ShardStatistics {
  std::int64_t hits = 0;
  std::int64_t misses = 0;
  std::int64_t expired = 0;
  std::vector<DatabaseStatistics> databases;

  // Adds what a shard has answered. @pre the answer comes from run_shard_statistics.
  void add(std::string_view answer);
};

}  // namespace troupe::kv

// What the server is told when it starts.
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>

#include "server/settings.hpp"

namespace troupe::kv {

inline constexpr std::uint32_t kMaxShards = 1024;
inline constexpr std::uint32_t kMaxThreads = 1024;
inline constexpr std::uint32_t kMaxDatabases = 4096;
inline constexpr std::uint32_t kMaxRestarts = 1000;
inline constexpr std::uint32_t kMaxQueued = 1'000'000'000;

struct Options {
  Settings settings = {};
  std::uint32_t shards = 0;   // 0: one for each thread
  std::uint32_t threads = 0;  // 0: one for every two processors
  std::chrono::milliseconds active_expire{100};
  std::uint32_t max_queued =
      100'000;                      // messages that may wait in the mailbox of a shard, hub, server or client
  std::uint32_t max_restarts = 10;  // of shards, hub and server, within any span of restart_window
  std::chrono::milliseconds restart_window{10'000};
};

}  // namespace troupe::kv

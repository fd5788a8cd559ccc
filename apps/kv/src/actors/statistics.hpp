// What the server counts about itself. One object, shared by all its actors.
// Thread-safety: any thread; counts are relaxed atomics, nothing else depends on them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "server/server_facts.hpp"
#include "session/session.hpp"

namespace troupe::kv {

class Statistics {
 public:
  Statistics(WallTime started, std::uint32_t shards, std::uint32_t threads);

  std::atomic<std::uint64_t> connected_clients{0};
  std::atomic<std::uint64_t> total_connections{0};
  std::atomic<std::uint64_t> rejected_connections{0};
  std::atomic<std::uint64_t> total_commands{0};
  std::atomic<std::uint64_t> error_replies{0};
  std::atomic<std::uint64_t> input_bytes{0};
  std::atomic<std::uint64_t> output_bytes{0};
  std::atomic<std::uint64_t> pubsub_channels{0};
  std::atomic<std::uint64_t> pubsub_patterns{0};

  // CONFIG RESETSTAT.
  void reset();
  // Reads /proc and the counts. Milliseconds at worst, so for INFO only.
  [[nodiscard]] ServerFacts facts(WallTime now, const Settings& settings);

 private:
  [[nodiscard]] std::uint64_t rate(WallTime now, std::uint64_t commands);

  const WallTime started_;
  const std::uint32_t shards_;
  const std::uint32_t threads_;
  const std::string run_id_;

  std::mutex mutex_;
  std::uint64_t peak_bytes_ = 0;
  WallTime sampled_at_;
  std::uint64_t sampled_commands_ = 0;
  std::uint64_t rate_ = 0;
};

}  // namespace troupe::kv

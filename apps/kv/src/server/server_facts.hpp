// What INFO tells about the server as a whole: numbers that the server collects and hands in.
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::kv {

struct MailboxFacts {
  std::string path;
  std::uint64_t waiting = 0;
  std::uint64_t capacity = 0;  // 0: it has no bound, or bounds for some messages only
  std::uint64_t overflowed = 0;
};

struct ServerFacts {
  std::chrono::sys_time<std::chrono::microseconds> now{};
  std::chrono::seconds uptime{};
  std::int64_t process_id = 0;
  std::uint16_t port = 0;
  std::uint32_t shards = 1;
  std::uint32_t threads = 1;
  std::string run_id = {};  // 40 hexadecimal digits, new at each start

  std::uint64_t connected_clients = 0;
  std::uint64_t max_clients = 0;

  std::uint64_t used_memory_bytes = 0;
  std::uint64_t used_memory_rss_bytes = 0;
  std::uint64_t used_memory_peak_bytes = 0;
  std::uint64_t total_system_memory_bytes = 0;

  std::uint64_t total_connections = 0;
  std::uint64_t rejected_connections = 0;
  std::uint64_t total_commands = 0;
  std::uint64_t commands_per_second = 0;
  std::uint64_t input_bytes = 0;
  std::uint64_t output_bytes = 0;
  std::uint64_t error_replies = 0;
  std::uint64_t pubsub_channels = 0;
  std::uint64_t pubsub_patterns = 0;

  std::vector<MailboxFacts> mailboxes = {};  // of shards, hub and server
  std::uint64_t overflowed = 0;              // messages to full mailboxes, of clients too
  std::uint64_t stalls = 0;                  // that the watchdog has found

  double cpu_system_seconds = 0;
  double cpu_user_seconds = 0;
};

}  // namespace troupe::kv

#include "actors/statistics.hpp"
#include <algorithm>
#include <fstream>
#include <random>

#include <sys/resource.h>
#include <unistd.h>

namespace troupe::kv {

namespace {

std::string make_run_id() {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr int length = 40;
  std::random_device source;
  std::uniform_int_distribution<std::size_t> digit(0, digits.size() - 1);
  std::string id;
  for (int i = 0; i < length; ++i) id += digits[digit(source)];
  return id;
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

double seconds_of(const timeval& time) {
  constexpr double micro = 1e-6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * micro;
}

std::uint64_t value(const std::atomic<std::uint64_t>& count) { return count.load(std::memory_order_relaxed); }

}  // namespace

Statistics::Statistics(WallTime started, std::uint32_t shards, std::uint32_t threads)
    : started_(started), shards_(shards), threads_(threads), run_id_(make_run_id()), sampled_at_(started) {}

void Statistics::reset() {
  for (auto* count : {&total_connections, &rejected_connections, &total_commands, &error_replies,
                      &input_bytes, &output_bytes}) {
    count->store(0, std::memory_order_relaxed);
  }
  const std::lock_guard lock(mutex_);
  sampled_commands_ = 0;
}

std::uint64_t Statistics::rate(WallTime now, std::uint64_t commands) {
  const auto elapsed = now - sampled_at_;
  if (elapsed < std::chrono::seconds(1)) return rate_;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
  constexpr std::uint64_t ms_per_second = 1000;
  rate_ = commands < sampled_commands_
              ? 0
              : (commands - sampled_commands_) * ms_per_second / static_cast<std::uint64_t>(ms);
  sampled_at_ = now;
  sampled_commands_ = commands;
  return rate_;
}

ServerFacts Statistics::facts(WallTime now, const Settings& settings) {
  ServerFacts facts;
  facts.now = now;
  facts.uptime = std::chrono::duration_cast<std::chrono::seconds>(now - started_);
  facts.process_id = getpid();
  facts.port = settings.port;
  facts.shards = shards_;
  facts.threads = threads_;
  facts.run_id = run_id_;
  facts.connected_clients = value(connected_clients);
  facts.max_clients = settings.max_clients;
  facts.total_connections = value(total_connections);
  facts.rejected_connections = value(rejected_connections);
  facts.total_commands = value(total_commands);
  facts.error_replies = value(error_replies);
  facts.input_bytes = value(input_bytes);
  facts.output_bytes = value(output_bytes);
  facts.pubsub_channels = value(pubsub_channels);
  facts.pubsub_patterns = value(pubsub_patterns);
  const std::uint64_t resident = resident_bytes();
  facts.used_memory_bytes = resident;
  facts.used_memory_rss_bytes = resident;
  facts.total_system_memory_bytes =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  facts.cpu_system_seconds = seconds_of(usage.ru_stime);
  facts.cpu_user_seconds = seconds_of(usage.ru_utime);
  const std::lock_guard lock(mutex_);
  peak_bytes_ = std::max(peak_bytes_, resident);
  facts.used_memory_peak_bytes = peak_bytes_;
  facts.commands_per_second = rate(now, facts.total_commands);
  return facts;
}

}  // namespace troupe::kv

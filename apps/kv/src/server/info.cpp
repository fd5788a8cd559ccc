#include "server/info.hpp"
#include <array>
#include <cstdio>
#include <string_view>

#include "resp/case_fold.hpp"
#include "resp/integers.hpp"
#include "resp/reply.hpp"
#include "version.hpp"

namespace troupe::kv {
namespace {

class Lines {
 public:
  explicit Lines(std::string& out) : out_(out) {}
  Lines& line(std::string_view name, std::string_view value) {
    out_.append(name).append(":").append(value).append("\r\n");
    return *this;
  }
  Lines& line(std::string_view name, std::uint64_t value) {
    out_.append(name).append(":");
    append_integer(out_, static_cast<std::int64_t>(value));
    out_.append("\r\n");
    return *this;
  }
  Lines& seconds(std::string_view name, double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.6f", value);
    return line(name, std::string_view(text.data()));
  }

 private:
  std::string& out_;
};

struct Source {
  const ServerFacts& facts;
  const ShardStatistics& statistics;
};

void server_section(Lines lines, const Source& source) {
  const ServerFacts& facts = source.facts;
  constexpr std::int64_t kSecondsPerDay = 86400;
  lines.line("redis_version", kRedisVersion)
      .line("troupe_kv_version", kVersion)
      .line("redis_mode", "standalone");
  lines.line("os", "Linux").line("arch_bits", 8 * sizeof(void*)).line("multiplexing_api", "epoll");
  lines.line("process_id", static_cast<std::uint64_t>(facts.process_id)).line("run_id", facts.run_id);
  lines.line("tcp_port", facts.port);
  lines.line("server_time_usec", static_cast<std::uint64_t>(facts.now.time_since_epoch().count()));
  lines.line("uptime_in_seconds", static_cast<std::uint64_t>(facts.uptime.count()));
  lines.line("uptime_in_days", static_cast<std::uint64_t>(facts.uptime.count() / kSecondsPerDay));
  lines.line("shards", facts.shards).line("threads", facts.threads).line("config_file", "");
}

void clients_section(Lines lines, const Source& source) {
  lines.line("connected_clients", source.facts.connected_clients).line("cluster_connections", 0);
  lines.line("maxclients", source.facts.max_clients).line("blocked_clients", 0).line("tracking_clients", 0);
}

void memory_section(Lines lines, const Source& source) {
  const ServerFacts& facts = source.facts;
  lines.line("used_memory", facts.used_memory_bytes)
      .line("used_memory_human", human_bytes(facts.used_memory_bytes));
  lines.line("used_memory_rss", facts.used_memory_rss_bytes);
  lines.line("used_memory_rss_human", human_bytes(facts.used_memory_rss_bytes));
  lines.line("used_memory_peak", facts.used_memory_peak_bytes);
  lines.line("used_memory_peak_human", human_bytes(facts.used_memory_peak_bytes));
  lines.line("total_system_memory", facts.total_system_memory_bytes);
  lines.line("total_system_memory_human", human_bytes(facts.total_system_memory_bytes));
  lines.line("maxmemory", 0).line("maxmemory_human", "0B").line("maxmemory_policy", "noeviction");
}

void persistence_section(Lines lines, const Source&) {
  lines.line("loading", 0).line("async_loading", 0).line("rdb_bgsave_in_progress", 0).line("aof_enabled", 0);
}

void stats_section(Lines lines, const Source& source) {
  const ServerFacts& facts = source.facts;
  const ShardStatistics& statistics = source.statistics;
  lines.line("total_connections_received", facts.total_connections);
  lines.line("total_commands_processed", facts.total_commands);
  lines.line("instantaneous_ops_per_sec", facts.commands_per_second);
  lines.line("total_net_input_bytes", facts.input_bytes).line("total_net_output_bytes", facts.output_bytes);
  lines.line("rejected_connections", facts.rejected_connections);
  lines.line("expired_keys", static_cast<std::uint64_t>(statistics.expired)).line("evicted_keys", 0);
  lines.line("keyspace_hits", static_cast<std::uint64_t>(statistics.hits));
  lines.line("keyspace_misses", static_cast<std::uint64_t>(statistics.misses));
  lines.line("pubsub_channels", facts.pubsub_channels).line("pubsub_patterns", facts.pubsub_patterns);
  lines.line("total_error_replies", facts.error_replies);
}

void actors_section(Lines lines, const Source& source) {
  for (const MailboxFacts& one : source.facts.mailboxes) {
    lines.line("mailbox_" + one.path, "waiting=" + std::to_string(one.waiting) +
                                          ",capacity=" + std::to_string(one.capacity) +
                                          ",overflowed=" + std::to_string(one.overflowed));
  }
  lines.line("overflowed_messages", source.facts.overflowed).line("stalls", source.facts.stalls);
}

void replication_section(Lines lines, const Source&) {
  lines.line("role", "master").line("connected_slaves", 0).line("master_repl_offset", 0);
}

void cpu_section(Lines lines, const Source& source) {
  lines.seconds("used_cpu_sys", source.facts.cpu_system_seconds);
  lines.seconds("used_cpu_user", source.facts.cpu_user_seconds);
}

void cluster_section(Lines lines, const Source&) { lines.line("cluster_enabled", 0); }

void keyspace_section(Lines lines, const Source& source) {
  for (std::size_t i = 0; i < source.statistics.databases.size(); ++i) {
    const DatabaseStatistics& database = source.statistics.databases[i];
    if (database.keys == 0) continue;
    const std::int64_t mean_ms = database.expiring > 0 ? database.total_ms_left / database.expiring : 0;
    lines.line("db" + std::to_string(i), "keys=" + std::to_string(database.keys) +
                                             ",expires=" + std::to_string(database.expiring) +
                                             ",avg_ttl=" + std::to_string(mean_ms));
  }
}

struct Section {
  std::string_view name;
  std::string_view title;
  void (*write)(Lines, const Source&);
};

constexpr std::array kSections = {
    Section{"server", "Server", server_section},
    Section{"clients", "Clients", clients_section},
    Section{"memory", "Memory", memory_section},
    Section{"persistence", "Persistence", persistence_section},
    Section{"stats", "Stats", stats_section},
    Section{"actors", "Actors", actors_section},
    Section{"replication", "Replication", replication_section},
    Section{"cpu", "CPU", cpu_section},
    Section{"cluster", "Cluster", cluster_section},
    Section{"keyspace", "Keyspace", keyspace_section},
};

bool is_wanted(const Request& request, const Section& section) {
  if (request.size() == 1) return true;
  for (std::size_t i = 1; i < request.size(); ++i) {
    const std::string_view asked = request[i];
    if (equals_folded(asked, section.name) || equals_folded(asked, "all") ||
        equals_folded(asked, "everything") || equals_folded(asked, "default")) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
  constexpr double kStep = 1024;
  constexpr std::string_view kUnits = "KMGTP";
  if (bytes < 1024) return std::to_string(bytes) + "B";
  double value = static_cast<double>(bytes) / kStep;
  std::size_t unit = 0;
  for (; value >= kStep && unit + 1 < kUnits.size(); ++unit) value /= kStep;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2f%c", value, kUnits[unit]);
  return text.data();
}

void write_info(Request& request, const ServerFacts& facts, const ShardStatistics& statistics) {
  std::string text;
  const Source source{facts, statistics};
  for (const Section& section : kSections) {
    if (!is_wanted(request, section)) continue;
    if (!text.empty()) text += "\r\n";
    text.append("# ").append(section.title).append("\r\n");
    section.write(Lines(text), source);
  }
  Reply(request).verbatim("txt", text);
}

}  // namespace troupe::kv

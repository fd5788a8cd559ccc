#include "options/command_line.hpp"
#include <limits>
#include <sstream>

#include <CLI/CLI.hpp>

#include "version.hpp"

namespace troupe::kv {
namespace {

constexpr int kExitMistake = 2;

constexpr const char* kDescription =
    "troupe-kv: a key-value server that speaks the Redis protocol (RESP2, and RESP3 after HELLO 3).";

constexpr const char* kFooter =
    "\nKeys are spread over shards by their hash. A command on one key is atomic. A command on several keys "
    "(MGET, MSET,\n"
    "DEL, UNLINK, EXISTS) is atomic within each shard, but not across shards: between the parts of it that "
    "run on\n"
    "different shards, commands of other clients may run. The same holds for KEYS, SCAN, DBSIZE, FLUSHDB and "
    "FLUSHALL.\n"
    "With --shards 1 every command is atomic. Commands of one client run in the order in which they were "
    "sent.";

constexpr std::size_t kMaxRequestBytes = std::numeric_limits<std::uint32_t>::max();

void add_network_options(CLI::App& app, Settings& settings) {
  app.add_option("--port", settings.port, "Port to listen on")->capture_default_str();
  app.add_option("--bind", settings.bind, "Address to listen on")->capture_default_str();
  app.add_option("--requirepass", settings.password, "Password that clients must give with AUTH or HELLO");
  app.add_option("--max-clients", settings.max_clients,
                 "Connections at a time; one more is told so and closed")
      ->check(CLI::Range(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()))
      ->capture_default_str();
}

void add_limit_options(CLI::App& app, Settings& settings) {
  Limits& limits = settings.limits;
  app.add_option("--max-bulk-bytes", limits.max_bulk_bytes, "Longest argument or value")
      ->check(CLI::Range(std::size_t{1}, kMaxRequestBytes))
      ->capture_default_str();
  app.add_option("--max-multibulk", limits.max_multibulk, "Most arguments of one request")
      ->check(CLI::Range(std::size_t{1}, std::size_t{std::numeric_limits<std::int32_t>::max()}))
      ->capture_default_str();
  app.add_option("--max-query-buffer-bytes", limits.max_query_buffer_bytes, "Largest request in all")
      ->check(CLI::Range(std::size_t{1}, kMaxRequestBytes))
      ->capture_default_str();
  app.add_option("--max-output-buffer-bytes", settings.max_output_buffer_bytes,
                 "Answers that may wait for a client to read them; one that falls behind by more is cut off")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void add_store_options(CLI::App& app, Options& options, std::int64_t& active_expire_ms,
                       std::int64_t& restart_window_ms) {
  app.add_option("--databases", options.settings.databases, "Databases that SELECT knows")
      ->check(CLI::Range(std::uint32_t{1}, kMaxDatabases))
      ->capture_default_str();
  app.add_option("--shards", options.shards, "Shards that the keys are spread over; 0: one for each thread")
      ->check(CLI::Range(std::uint32_t{0}, kMaxShards))
      ->capture_default_str();
  app.add_option("--threads", options.threads, "Threads that do the work; 0: one for every two processors")
      ->check(CLI::Range(std::uint32_t{0}, kMaxThreads))
      ->capture_default_str();
  app.add_option("--active-expire-ms", active_expire_ms,
                 "How often expired keys are looked for, in milliseconds")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{3'600'000}))
      ->capture_default_str();
  app.add_option("--max-queued", options.max_queued,
                 "Messages that wait for a shard, the hub, the server, or of channels for a client; one more "
                 "request is refused, and a client that falls behind by more is cut off")
      ->check(CLI::Range(std::uint32_t{1}, kMaxQueued))
      ->capture_default_str();
  app.add_option(
         "--max-restarts", options.max_restarts,
         "Crashes of shards, hub and server that are healed within the window; one more ends the process")
      ->check(CLI::Range(std::uint32_t{0}, kMaxRestarts))
      ->capture_default_str();
  app.add_option("--restart-window-ms", restart_window_ms, "The window, in milliseconds")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{3'600'000}))
      ->capture_default_str();
  app.add_flag("--debug-commands", options.settings.debug_commands,
               "Allow TROUPE, which shows the actors, and can crash them");
  app.add_option("--log-level", options.settings.log_level, "debug, verbose, notice or warning")
      ->check(CLI::IsMember({"debug", "verbose", "notice", "warning"}))
      ->capture_default_str();
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text;
}

}  // namespace

std::expected<Options, Leave> read_command_line(int argc, const char* const* argv) {
  Options options;
  std::int64_t active_expire_ms = options.active_expire.count();
  std::int64_t restart_window_ms = options.restart_window.count();
  CLI::App app{kDescription, "troupe-kv"};
  app.footer(kFooter);
  app.set_version_flag("--version", "troupe-kv " + std::string(kVersion) + " (answers like Redis " +
                                        std::string(kRedisVersion) + ")");
  add_network_options(app, options.settings);
  add_store_options(app, options, active_expire_ms, restart_window_ms);
  add_limit_options(app, options.settings);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    std::ostringstream text;
    app.exit(success, text, text);
    return std::unexpected(Leave{0, text.str()});
  } catch (const CLI::ParseError& error) {
    return std::unexpected(
        Leave{kExitMistake, "troupe-kv: " + one_line(error.what()) + " (--help tells the options)\n"});
  }
  options.active_expire = std::chrono::milliseconds(active_expire_ms);
  options.restart_window = std::chrono::milliseconds(restart_window_ms);
  return options;
}

}  // namespace troupe::kv

#include "server/config_parameters.hpp"
#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "resp/case_fold.hpp"
#include "resp/integers.hpp"

namespace troupe::kv {
namespace {

constexpr std::array<std::string_view, 4> kLogLevels = {"debug", "verbose", "notice", "warning"};

// Requests keep 32-bit offsets into their buffer.
constexpr std::int64_t kMaxRequestBytes = std::numeric_limits<std::uint32_t>::max();

struct Suffix {
  std::string_view text;
  std::int64_t factor;
};
constexpr std::array kSuffixes = {
    Suffix{"kb", 1024}, Suffix{"mb", 1024LL * 1024}, Suffix{"gb", 1024LL * 1024 * 1024},
    Suffix{"k", 1000},  Suffix{"m", 1000LL * 1000},  Suffix{"g", 1000LL * 1000 * 1000},
    Suffix{"b", 1},
};

// "64mb" and the like.
std::optional<std::int64_t> parse_bytes(std::string_view text) {
  std::int64_t factor = 1;
  for (const Suffix& suffix : kSuffixes) {
    if (text.size() > suffix.text.size() &&
        equals_folded(text.substr(text.size() - suffix.text.size()), suffix.text)) {
      text.remove_suffix(suffix.text.size());
      factor = suffix.factor;
      break;
    }
  }
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > std::numeric_limits<std::int64_t>::max() / factor)
    return std::nullopt;
  return *number * factor;
}

std::string out_of_range(std::int64_t low, std::int64_t high) {
  return "argument must be between " + std::to_string(low) + " and " + std::to_string(high) + " inclusive";
}

std::string change_bytes(std::size_t& to, std::string_view value, std::int64_t low, std::int64_t high) {
  const auto bytes = parse_bytes(value);
  if (!bytes) return "argument must be a memory value";
  if (*bytes < low || *bytes > high) return out_of_range(low, high);
  to = static_cast<std::size_t>(*bytes);
  return {};
}

std::string change_max_clients(Settings& settings, std::string_view value) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const auto number = parse_integer(value);
  if (!number) return "argument couldn't be parsed into an integer";
  if (*number < 1 || *number > kMost) return out_of_range(1, kMost);
  settings.max_clients = static_cast<std::uint32_t>(*number);
  return {};
}

std::string change_log_level(Settings& settings, std::string_view value) {
  const std::string level = lowered(value);
  if (std::ranges::find(kLogLevels, level) == kLogLevels.end()) {
    return "argument(s) must be one of the following: debug, verbose, notice, warning";
  }
  settings.log_level = level;
  return {};
}

std::string show_output_limits(const Settings& settings) {
  const std::string limit = std::to_string(settings.max_output_buffer_bytes) + " 0 0";
  return "normal " + limit + " slave " + limit + " pubsub " + limit;
}

constexpr std::int64_t kMebi = 1024LL * 1024;
constexpr std::int64_t kOneBulk = 512 * kMebi;

constexpr std::array kParameters = {
    ConfigParameter{"appendonly", [](const Settings&) { return std::string("no"); }},
    ConfigParameter{"bind", [](const Settings& s) { return s.bind; }},
    ConfigParameter{"client-output-buffer-limit", show_output_limits},
    ConfigParameter{"client-query-buffer-limit",
                    [](const Settings& s) { return std::to_string(s.limits.max_query_buffer_bytes); },
                    [](Settings& s, std::string_view value) {
                      return change_bytes(s.limits.max_query_buffer_bytes, value, kMebi, kMaxRequestBytes);
                    }},
    ConfigParameter{"databases", [](const Settings& s) { return std::to_string(s.databases); }},
    ConfigParameter{"loglevel", [](const Settings& s) { return s.log_level; }, change_log_level},
    ConfigParameter{"maxclients", [](const Settings& s) { return std::to_string(s.max_clients); },
                    change_max_clients},
    ConfigParameter{"maxmemory", [](const Settings&) { return std::string("0"); }},
    ConfigParameter{"maxmemory-policy", [](const Settings&) { return std::string("noeviction"); }},
    ConfigParameter{"port", [](const Settings& s) { return std::to_string(s.port); }},
    ConfigParameter{"proto-max-bulk-len",
                    [](const Settings& s) { return std::to_string(s.limits.max_bulk_bytes); },
                    [](Settings& s, std::string_view value) {
                      return change_bytes(s.limits.max_bulk_bytes, value, kMebi, 2 * kOneBulk);
                    }},
    ConfigParameter{"requirepass", [](const Settings& s) { return s.password; },
                    [](Settings& s, std::string_view value) {
                      s.password = value;
                      return std::string();
                    }},
    ConfigParameter{"save", [](const Settings&) { return std::string(); }},
    ConfigParameter{"timeout", [](const Settings&) { return std::string("0"); }},
};

}  // namespace

std::span<const ConfigParameter> config_parameters() noexcept { return kParameters; }

const ConfigParameter* find_config_parameter(std::string_view name) noexcept {
  const auto found = std::ranges::find_if(
      kParameters, [name](const auto& known) { return equals_folded(name, known.name); });
  return found == kParameters.end() ? nullptr : &*found;
}

}  // namespace troupe::kv

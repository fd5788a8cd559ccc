// TROUPE_SIM: what the environment asks of simulations, as "schedule=FILE" or "seed=7,depth=40,break=shop#3".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::inline v0::sim {

struct Environment {
  std::optional<std::uint64_t> seed;
  std::uint64_t depth = 0;
  std::string schedule;  ///< a file
  std::string name;      ///< of the exploration that is meant; empty: each
  std::string break_path;
  std::uint64_t break_message = 0;  ///< 0: nowhere

  bool replays() const { return seed.has_value() || !schedule.empty(); }
};

/// Read once. @throws UsageError: it can't be understood
const Environment& environment();
/// @throws UsageError
Environment parse_environment(const std::string& text);

}  // namespace troupe::inline v0::sim

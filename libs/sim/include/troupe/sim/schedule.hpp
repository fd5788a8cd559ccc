// Schedule: all that was chosen in a run. With the same program and the same seed it makes the same run.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/ports/schedule_policy.hpp>
#include <troupe/sim/fwd.hpp>

namespace troupe::inline v0::sim {

/// Who was chosen: an actor by its number, or one of these.
using Chosen = std::uint32_t;
/// The clock: time went on to the next timer while others were ready.
inline constexpr Chosen chosen_clock = 0xFFFFFFFFu;
/// The k-th of the calls given to blocking() that are ready.
constexpr Chosen chosen_call(std::uint32_t k) { return 0x80000000u + k; }

/// A crash or a kill that befell an actor before its n-th message.
struct Strike {
  ActorNumber actor = 0;
  std::uint64_t message = 0;
  Fate fate = Fate::turn;

  friend bool operator==(const Strike&, const Strike&) = default;
};

/// A value.
struct Schedule {
  std::string name;         ///< of the exploration that it comes from
  std::uint64_t seed = 0;   ///< of the actors' own random numbers, of fault points and of delays
  std::uint64_t depth = 0;  ///< steps that were expected of a run, when its policy was drawn
  /// An entry for each step at which there was a choice.
  std::vector<Chosen> choices;
  std::vector<Strike> strikes;

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// A few lines of text, as they stand in a schedule file.
std::string to_string(const Schedule& schedule);
/// An error is a sentence.
std::expected<Schedule, std::string> parse_schedule(std::string_view text);

/// An error is a sentence that names the file.
std::expected<void, std::string> save_schedule(const Schedule& schedule, const std::string& file);
std::expected<Schedule, std::string> load_schedule(const std::string& file);

}  // namespace troupe::inline v0::sim

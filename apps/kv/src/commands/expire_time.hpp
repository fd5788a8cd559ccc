// Turns the number given as an expiry into a point in time.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "resp/reply.hpp"
#include "store/entry.hpp"

namespace troupe::kv {

enum class Unit : std::uint8_t { seconds, milliseconds };
enum class From : std::uint8_t { now, epoch };

// nullopt if the time can't be represented.
[[nodiscard]] std::optional<TimePoint> expire_time(std::int64_t number, Unit unit, From from,
                                                   TimePoint now) noexcept;

// The same for SET and its kin, which take no number below 1. Writes the error itself, naming the command.
[[nodiscard]] std::optional<TimePoint> positive_expire_time(std::string_view number, Unit unit, From from,
                                                            TimePoint now, std::string_view command,
                                                            Reply& reply);

void write_invalid_expire_time(Reply& reply, std::string_view command);

}  // namespace troupe::kv

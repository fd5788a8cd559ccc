#include "commands/expire_time.hpp"
#include <limits>
#include <string>

#include "commands/errors.hpp"
#include "resp/integers.hpp"

namespace troupe::kv {
namespace {

constexpr std::int64_t kMillisecondsPerSecond = 1000;

}  // namespace

std::optional<TimePoint> expire_time(std::int64_t number, Unit unit, From from, TimePoint now) noexcept {
  using Int = std::numeric_limits<std::int64_t>;
  if (unit == Unit::seconds) {
    if (number > Int::max() / kMillisecondsPerSecond || number < Int::min() / kMillisecondsPerSecond) {
      return std::nullopt;
    }
    number *= kMillisecondsPerSecond;
  }
  const std::int64_t base = from == From::now ? now.time_since_epoch().count() : 0;
  if (number > Int::max() - base) return std::nullopt;
  return TimePoint(std::chrono::milliseconds(number + base));
}

std::optional<TimePoint> positive_expire_time(std::string_view number, Unit unit, From from, TimePoint now,
                                              std::string_view command, Reply& reply) {
  const auto value = parse_integer(number);
  if (!value) {
    reply.error(errors::kNotAnInteger);
    return std::nullopt;
  }
  const auto time = *value > 0 ? expire_time(*value, unit, from, now) : std::nullopt;
  if (!time) write_invalid_expire_time(reply, command);
  return time;
}

void write_invalid_expire_time(Reply& reply, std::string_view command) {
  reply.error("invalid expire time in '" + std::string(command) + "' command");
}

}  // namespace troupe::kv

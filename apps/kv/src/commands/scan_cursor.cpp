#include "commands/scan_cursor.hpp"
#include <algorithm>
#include <charconv>

namespace troupe::kv {

std::optional<ScanCursor> read_scan_cursor(std::string_view text, std::uint32_t shards) noexcept {
  std::uint64_t number = 0;
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = is_negative ? text.substr(1) : text;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  const bool is_number = read.ec == std::errc{} && read.ptr == end;
  if (!is_number && !text.empty()) return std::nullopt;
  // A negative number is taken modulo 2^64, as C's strtoul does.
  if (is_negative) number = 0 - number;
  return ScanCursor{static_cast<std::uint32_t>(number % shards), number / shards};
}

std::uint64_t next_scan_cursor(ScanCursor at, std::uint32_t shards) noexcept {
  if (at.position < kScanEnd) return at.position * shards + at.shard;
  return at.shard + 1 < shards ? at.shard + 1 : 0;
}

}  // namespace troupe::kv

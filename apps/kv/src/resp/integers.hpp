// Integers as the protocol writes them: decimal, no sign but '-', no leading zeros, no blanks.
// Thread-safety: pure functions.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::kv {

// Enough for any 64-bit number with its sign.
inline constexpr std::size_t kMaxIntegerDigits = 20;

// Accepts only the one spelling that append_integer would write, so "+1", "01", "-0" and " 1" are refused: a
// stored number then always reads back byte for byte.
[[nodiscard]] inline std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || text.size() > kMaxIntegerDigits) return std::nullopt;
  if (digits.front() == '0' && (negative || digits.size() > 1)) return std::nullopt;
  std::uint64_t magnitude = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (magnitude > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return std::nullopt;
    magnitude = magnitude * 10 + digit;
  }
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (magnitude > kLargest + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

inline void append_integer(std::string& out, std::int64_t value) {
  char digits[kMaxIntegerDigits + 1];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace troupe::kv

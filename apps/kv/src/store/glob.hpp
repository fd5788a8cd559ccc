// Patterns as KEYS, SCAN, PSUBSCRIBE and CONFIG GET know them: * any bytes, ? one byte, [abc] [a-z] [^x]
// classes, \c the byte c itself.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::kv {

enum class Case : std::uint8_t { sensitive, folded };

// Takes at most pattern.size() * text.size() steps: after a mismatch only the last star is tried again, never
// those before it, so no pattern makes it exponential.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text,
                                Case letters = Case::sensitive) noexcept;

}  // namespace troupe::kv

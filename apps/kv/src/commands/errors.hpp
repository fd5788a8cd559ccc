// Texts of errors that several commands share, in Redis's words. Reply::error puts "ERR " before them.
// Thread-safety: constants and a pure function.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace troupe::kv::errors {

inline constexpr std::string_view kSyntax = "syntax error";
inline constexpr std::string_view kNotAnInteger = "value is not an integer or out of range";
inline constexpr std::string_view kTooLong = "string exceeds maximum allowed size (proto-max-bulk-len)";
inline constexpr std::string_view kTroupeNotAllowed =
    "TROUPE command not allowed. To use it, restart the server with the option --debug-commands.";

}  // namespace troupe::kv::errors

namespace troupe::kv {

// Of a client's words, what an error repeats: up to a zero byte, and no more than `most`.
[[nodiscard]] constexpr std::string_view quoted(std::string_view text,
                                                std::size_t most = std::string_view::npos) noexcept {
  return text.substr(0, std::min(text.find('\0'), most));
}

}  // namespace troupe::kv

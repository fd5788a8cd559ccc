// Texts of errors that several commands share, in Redis's words. Reply::error puts "ERR " before them.
// Thread-safety: constants.
#pragma once

#include <string_view>

namespace troupe::kv::errors {

inline constexpr std::string_view kSyntax = "syntax error";
inline constexpr std::string_view kNotAnInteger = "value is not an integer or out of range";
inline constexpr std::string_view kTooLong = "string exceeds maximum allowed size (proto-max-bulk-len)";

}  // namespace troupe::kv::errors

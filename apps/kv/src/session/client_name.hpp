// Names that clients give themselves end up in one line of CLIENT LIST, so they hold nothing that would break
// it.
// Thread-safety: pure function.
#pragma once

#include <algorithm>
#include <string_view>

namespace troupe::kv {

[[nodiscard]] inline bool is_client_name(std::string_view name) noexcept {
  return std::ranges::all_of(name, [](char c) { return c >= '!' && c <= '~'; });
}

inline constexpr std::string_view kBadClientName =
    "Client names cannot contain spaces, newlines or special characters.";

}  // namespace troupe::kv

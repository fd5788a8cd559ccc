// The options of SET and GETEX: which may stand together, and what they ask for.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "commands/expire_time.hpp"
#include "resp/request.hpp"

namespace troupe::kv {

enum class OptionsOf : std::uint8_t { set, getex };

struct SetOptions {
  // An expiry as it was written; the number is looked at later, for GETEX ignores it if the key isn't there.
  struct Expiry {
    std::string_view number;
    Unit unit;
    From from;
  };
  bool only_if_absent = false;   // NX
  bool only_if_present = false;  // XX
  bool get = false;
  bool keep_ttl = false;
  bool persist = false;
  std::optional<Expiry> expiry = {};
};

// nullopt is a syntax error. Options begin at argument `first`.
[[nodiscard]] std::optional<SetOptions> read_set_options(const Request& request, std::size_t first,
                                                         OptionsOf command);

}  // namespace troupe::kv

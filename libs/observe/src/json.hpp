// Writing JSON, as far as it is needed here.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace troupe::inline v0::observe::detail {

/// A string with its quotes. Bytes that aren't ASCII are passed on: paths and class names are UTF-8.
inline void append_quoted(std::string& json, std::string_view text) {
  json += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      json += escaped;
    } else {
      json += c;
    }
  }
  json += '"';
}

}  // namespace troupe::inline v0::observe::detail

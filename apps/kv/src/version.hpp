// Which Redis this server behaves like, and which version it is itself.
// Thread-safety: constants.
#pragma once

#include <string_view>

namespace troupe::kv {

#ifndef TROUPE_KV_VERSION
#define TROUPE_KV_VERSION "0.1.0"
#endif

inline constexpr std::string_view kVersion = TROUPE_KV_VERSION;

// Clients decide by this what they may send, so it names the Redis whose answers are followed.
inline constexpr std::string_view kRedisVersion = "7.0.15";

}  // namespace troupe::kv

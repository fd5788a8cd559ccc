// What one connection may make the server hold while it sends a request.
// Thread-safety: plain values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace troupe::kv {

inline constexpr std::size_t kKibibyte = 1024;
inline constexpr std::size_t kMebibyte = 1024 * kKibibyte;

// A line of an inline request, or of a count or length, ends within this many bytes.
inline constexpr std::size_t kMaxLineBytes = 64 * kKibibyte;

// A stranger who has not authenticated yet gets by with much less.
inline constexpr std::int64_t kMaxMultibulkUnauthenticated = 10;
inline constexpr std::int64_t kMaxBulkBytesUnauthenticated = 16384;

struct Limits {
  std::size_t max_bulk_bytes = 512 * kMebibyte;           // one argument
  std::size_t max_multibulk = 1024 * 1024;                // arguments of one request
  std::size_t max_query_buffer_bytes = 1024 * kMebibyte;  // one request in all
};

}  // namespace troupe::kv

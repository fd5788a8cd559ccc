// A SCAN cursor names a shard and a position in it: position * shards + shard. 0 is both the beginning and
// the end. Any number is a cursor, whoever made it up: it only must not lead outside.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "store/table.hpp"

namespace troupe::kv {

struct ScanCursor {
  std::uint32_t shard = 0;
  ScanPosition position = 0;
};

// nullopt if it isn't a number of at most 64 bits. An empty text is 0. @pre shards > 0
[[nodiscard]] std::optional<ScanCursor> read_scan_cursor(std::string_view text,
                                                         std::uint32_t shards) noexcept;

// Where a scan goes on that has come to `position` of `shard`, which may be kScanEnd; 0 when all shards are
// done.
[[nodiscard]] std::uint64_t next_scan_cursor(ScanCursor at, std::uint32_t shards) noexcept;

}  // namespace troupe::kv

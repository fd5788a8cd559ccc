// The hash of a key: SipHash-1-3 with a secret of the server's, so that nobody outside can choose keys that
// collide. One hash serves twice: its low half picks the shard, its high half the place in the shard's table.
// Source: J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", 2012.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::kv {

struct HashSecret {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

[[nodiscard]] std::uint64_t hash_key(HashSecret secret, std::string_view key) noexcept;

// Spreads the low half of the hash over the shards. @pre shards > 0
[[nodiscard]] constexpr std::uint32_t shard_of(std::uint64_t hash, std::uint32_t shards) noexcept {
  return static_cast<std::uint32_t>(((hash & 0xffffffffU) * shards) >> 32U);
}

}  // namespace troupe::kv

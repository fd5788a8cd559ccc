#include "store/hash.hpp"
#include <array>
#include <string>

#include <gtest/gtest.h>

namespace troupe::kv {
namespace {

// The secret of the published test vectors: bytes 0 to 15.
constexpr HashSecret kSecret{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

TEST(HashKey, is_siphash_1_3) { EXPECT_EQ(hash_key(kSecret, ""), 0xabac0158050fc4dcU); }

TEST(HashKey, depends_on_every_byte_and_on_the_secret) {
  const std::string key = "0123456789abcdef0";
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string other = key;
    other[i] = 'x';
    EXPECT_NE(hash_key(kSecret, key), hash_key(kSecret, other)) << i;
    EXPECT_NE(hash_key(kSecret, key.substr(0, i)), hash_key(kSecret, key.substr(0, i + 1))) << i;
  }
  EXPECT_NE(hash_key(kSecret, key), hash_key({1, 2}, key));
}

TEST(ShardOf, spreads_keys_evenly) {
  constexpr std::uint32_t kShards = 7;
  constexpr int kKeys = 70'000;
  std::array<int, kShards> counts{};
  for (int i = 0; i < kKeys; ++i) ++counts.at(shard_of(hash_key(kSecret, std::to_string(i)), kShards));
  for (const int count : counts) EXPECT_NEAR(count, kKeys / 7, 500);
}

TEST(ShardOf, one_shard_takes_all) { EXPECT_EQ(shard_of(~std::uint64_t{0}, 1), 0U); }

}  // namespace
}  // namespace troupe::kv

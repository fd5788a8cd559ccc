#include "store/hash.hpp"
#include <bit>
#include <cstring>

namespace troupe::kv {
namespace {

constexpr std::size_t kWordBytes = 8;
constexpr int kFinalRounds = 3;

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() noexcept {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word) noexcept {
    v3 ^= word;
    round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t hash_key(HashSecret secret, std::string_view key) noexcept {
  State state{secret.low ^ 0x736f6d6570736575U, secret.high ^ 0x646f72616e646f6dU,
              secret.low ^ 0x6c7967656e657261U, secret.high ^ 0x7465646279746573U};
  const char* at = key.data();
  std::size_t left = key.size();
  for (; left >= kWordBytes; left -= kWordBytes, at += kWordBytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, kWordBytes);
    state.absorb(word);
  }
  std::uint64_t tail = 0;
  if (left > 0) std::memcpy(&tail, at, left);
  state.absorb(tail | static_cast<std::uint64_t>(key.size()) << 56U);
  state.v2 ^= 0xff;
  for (int i = 0; i < kFinalRounds; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace troupe::kv

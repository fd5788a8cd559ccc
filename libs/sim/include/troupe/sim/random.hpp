// Stream: the numbers that a simulation draws. Each part of it has a stream of its own, made of the seed and
// the part's name: one draw more in one of them shifts no other.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::inline v0::sim {

/// Mixes a number into a seed. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators" (SplitMix64), 2014.
constexpr std::uint64_t mix(std::uint64_t seed, std::uint64_t with) {
  std::uint64_t z = seed + 0x9E3779B97F4A7C15u * (with + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// FNV-1a: the same with every compiler, as std::hash is not.
constexpr std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

/// Thread-safety: none; a value.
class Stream {
 public:
  Stream(std::uint64_t seed, std::string_view part) : state_(mix(seed, hash_text(part))) {}

  std::uint64_t next() { return mix(state_++, 0); }
  /// 0 to n - 1. @pre n > 0
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  /// True with this probability.
  bool chance(double probability) { return unit(next()) < probability; }

  /// A number from 0 to below 1 made of these 64 bits.
  static double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace troupe::inline v0::sim

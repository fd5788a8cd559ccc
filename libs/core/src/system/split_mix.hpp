// The generator behind seeds, and the mixer of what is counted on.
#pragma once

#include <cstdint>

namespace troupe::inline v0::detail {

/// A small seeded generator. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators" (SplitMix64), 2014.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::uint64_t state() const { return state_; }

 private:
  std::uint64_t state_;
};

}  // namespace troupe::inline v0::detail

// Where Replies are: told by whoever moves one, read by the deadlock walk.
#pragma once

#include <bit>
#include <cstdint>

#include <troupe/detail/wait_edge.hpp>

namespace troupe::inline v0::detail {

/// Never 0.
constexpr std::uint64_t check_of(std::uint64_t number, std::uintptr_t holder, std::uint64_t gen,
                                 std::uintptr_t address) noexcept {
  std::uint64_t sum = number * 0x9E3779B97F4A7C15u ^ std::rotl(std::uint64_t{holder}, 17) ^
                      std::rotl(gen, 31) ^ std::rotl(std::uint64_t{address}, 47);
  sum *= 0xBF58476D1CE4E5B9u;
  return sum | 1;
}

}  // namespace troupe::inline v0::detail

#include "lifecycle/tree_guard.hpp"
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::inline v0::detail {
namespace {

TEST(TreeGuard, ExcludesOthersAndHandsOverWhatItGuards) {
  Cell cell;
  constexpr std::uint32_t rounds = 50'000, threads = 3;
  std::vector<std::thread> all;
  for (std::uint32_t i = 0; i < threads; ++i) {
    all.emplace_back([&] {
      for (std::uint32_t k = 0; k < rounds; ++k) {
        const TreeGuard guard(cell);
        ++cell.next_child_ordinal;  // plain
      }
    });
  }
  for (std::thread& thread : all) thread.join();
  EXPECT_EQ(cell.next_child_ordinal, rounds * threads);
}

}  // namespace
}  // namespace troupe::inline v0::detail

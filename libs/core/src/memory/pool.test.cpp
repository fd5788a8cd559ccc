#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/detail/pool.hpp>

namespace troupe::inline v0::detail {
namespace {

TEST(Pool, GivesBlocksOfAnySizeThatDoNotOverlap) {
  std::vector<std::pair<unsigned char*, std::size_t>> blocks;
  for (std::size_t bytes = 1; bytes <= 2 * largest_block; bytes += 7) {
    auto* block = static_cast<unsigned char*>(allocate_bytes(bytes));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % block_alignment, 0U);
    std::memset(block, static_cast<int>(bytes % 251), bytes);
    blocks.emplace_back(block, bytes);
  }
  for (auto [block, bytes] : blocks) {
    for (std::size_t i = 0; i < bytes; ++i) ASSERT_EQ(block[i], bytes % 251);
    free_block(block, bytes);
  }
}

TEST(Pool, KeepsBlocksApartThatAreTakenAndFreedAcrossTheBrimOfAMagazine) {
  std::vector<void*> blocks;
  for (const std::size_t count : {63U, 64U, 65U, 127U, 128U, 129U, 500U, 1U}) {
    std::set<void*> distinct;
    for (std::size_t i = 0; i < count; ++i) {
      blocks.push_back(allocate_bytes(48));
      EXPECT_TRUE(distinct.insert(blocks.back()).second);
    }
    for (void* block : blocks) free_block(block, 48);
    blocks.clear();
  }
}

// From here on what the sanitizers' builds take from operator new can't come back the same.
#if !defined(TROUPE_DETAIL_PLAIN_BLOCKS)

TEST(Pool, TakesBackWhatIsFreedOnAnotherThread) {
  std::set<void*> seen;
  for (int round = 0; round < 200; ++round) {
    std::vector<void*> blocks;
    for (int i = 0; i < 300; ++i) blocks.push_back(allocate_bytes(900));
    seen.insert(blocks.begin(), blocks.end());
    std::thread([&] {
      for (void* block : blocks) free_block(block, 900);
    }).join();
  }
  EXPECT_LT(seen.size(), 2'000U) << "blocks that other threads free don't come home";
}

TEST(Pool, TakesBackTheStockOfAThreadThatEnds) {
  std::set<void*> seen;
  for (int round = 0; round < 500; ++round) {
    std::thread([&] {
      void* block = allocate_bytes(1'000);
      seen.insert(block);
      free_block(block, 1'000);
    }).join();
  }
  EXPECT_LT(seen.size(), 300U) << "the stock of a thread is lost with it";
}

#endif

}  // namespace
}  // namespace troupe::inline v0::detail

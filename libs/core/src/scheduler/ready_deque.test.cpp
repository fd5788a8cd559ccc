// Goal: no cell is lost or handed out twice, whoever takes it. Cells are stood for by numbers: the deque
// never looks into them.
#include "scheduler/ready_deque.hpp"
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::inline v0::detail {
namespace {

Cell* cell(std::uintptr_t number) { return reinterpret_cast<Cell*>(number * 64); }
std::uintptr_t number(Cell* cell) { return reinterpret_cast<std::uintptr_t>(cell) / 64; }

class ReadyDequeTest : public testing::Test {
 protected:
  void SetUp() override {
    prepare_fences();
    deque.prepare();
  }
  ReadyDeque deque;
  using Pushed = ReadyDeque::Pushed;
  Cell* loot[ReadyDeque::capacity];
};

TEST_F(ReadyDequeTest, GivesItsOwnerTheNewestOrTheOldest) {
  for (std::uintptr_t i = 1; i <= 4; ++i) deque.push_newest(cell(i));
  EXPECT_EQ(deque.pop_newest(), cell(4));
  EXPECT_EQ(deque.pop_oldest(), cell(1));
  EXPECT_EQ(deque.pop_newest(), cell(3));
  EXPECT_EQ(deque.pop_oldest(), cell(2));
  EXPECT_EQ(deque.pop_newest(), nullptr);
  EXPECT_EQ(deque.pop_oldest(), nullptr);
}

TEST_F(ReadyDequeTest, GivesItsOwnerWhatComesAfterTheNewest) {
  for (std::uintptr_t i = 1; i <= 3; ++i) deque.push_newest(cell(i));
  EXPECT_EQ(deque.pop_second_newest(), cell(2));
  EXPECT_EQ(deque.pop_second_newest(), cell(1));
  EXPECT_EQ(deque.pop_second_newest(), cell(3));
  EXPECT_EQ(deque.pop_second_newest(), nullptr);
}

TEST_F(ReadyDequeTest, SaysWhetherAPushedCellIsAlone) {
  EXPECT_EQ(deque.push_newest(cell(1)), Pushed::alone);
  EXPECT_EQ(deque.push_newest(cell(2)), Pushed::shared);
  EXPECT_EQ(deque.pop_newest(), cell(2));
  EXPECT_EQ(deque.push_newest(cell(3)), Pushed::shared);
  EXPECT_EQ(deque.pop_newest(), cell(3));
  EXPECT_EQ(deque.pop_newest(), cell(1));
  EXPECT_EQ(deque.push_newest(cell(4)), Pushed::alone);
}

TEST_F(ReadyDequeTest, TakesALoneCellOnlyIfItIsEmpty) {
  EXPECT_TRUE(deque.push_alone(cell(1)));
  EXPECT_FALSE(deque.push_alone(cell(2)));
  deque.push_newest(cell(2));
  EXPECT_EQ(deque.pop_newest(), cell(2));
  EXPECT_FALSE(deque.push_alone(cell(3)));
  EXPECT_EQ(deque.pop_newest(), cell(1));
  EXPECT_TRUE(deque.push_alone(cell(3)));
}

TEST_F(ReadyDequeTest, TakesAShareOfWhichTheFirstIsNext) {
  // Not from the ring's first place.
  for (std::uintptr_t i = 1; i <= 5; ++i) deque.push_newest(cell(i));
  while (deque.pop_oldest()) continue;
  Cell* const several[] = {cell(11), cell(12), cell(13), cell(14)};
  deque.fill(several, 1);
  EXPECT_FALSE(deque.has_stealable());
  EXPECT_EQ(deque.pop_newest(), cell(11));
  deque.fill(several, 4);
  EXPECT_EQ(deque.size(), 4u);
  EXPECT_EQ(deque.pop_newest(), cell(11));
  EXPECT_EQ(deque.pop_newest(), cell(12));
  EXPECT_EQ(deque.pop_oldest(), cell(14));
  EXPECT_EQ(deque.pop_newest(), cell(13));
  EXPECT_TRUE(deque.empty());
}

TEST_F(ReadyDequeTest, IsBounded) {
  for (std::uintptr_t i = 0; i <= ReadyDeque::capacity; ++i) {
    EXPECT_NE(deque.push_newest(cell(i + 1)), Pushed::full);
  }
  EXPECT_EQ(deque.push_newest(cell(1'000)), Pushed::full);
  EXPECT_EQ(deque.pop_oldest(), cell(1));
  EXPECT_EQ(deque.push_newest(cell(1'000)), Pushed::shared);
  EXPECT_EQ(deque.pop_newest(), cell(1'000));
}

TEST_F(ReadyDequeTest, GivesAThiefTheOlderHalfAndLeavesTheNewest) {
  for (std::uintptr_t i = 1; i <= 5; ++i) deque.push_newest(cell(i));
  ASSERT_EQ(deque.steal(loot, 64), 2U);
  EXPECT_EQ(loot[0], cell(1));
  EXPECT_EQ(loot[1], cell(2));
  EXPECT_EQ(deque.steal(loot, 64), 1U);
  EXPECT_EQ(deque.steal(loot, 64), 1U);
  EXPECT_FALSE(deque.has_stealable());
  EXPECT_EQ(deque.steal(loot, 64), 0U);
  EXPECT_EQ(deque.pop_newest(), cell(5));
}

TEST_F(ReadyDequeTest, GivesTheMonitorTheNewestToo) {
  deque.push_newest(cell(7));
  EXPECT_EQ(deque.steal(loot, 64), 0U);
  ASSERT_EQ(deque.steal_even_newest(loot, 64), 1U);
  EXPECT_EQ(loot[0], cell(7));
  EXPECT_TRUE(deque.empty());
}

TEST_F(ReadyDequeTest, TakesNoMoreThanTheLimit) {
  for (std::uintptr_t i = 1; i <= 200; ++i) deque.push_newest(cell(i));
  EXPECT_EQ(deque.steal(loot, 16), 16U);
  EXPECT_EQ(deque.pop_oldest(), cell(17));
}

TEST_F(ReadyDequeTest, HandsOutEachCellOnceToAnOwnerAndThieves) {
  constexpr std::uintptr_t cells = 200'000;
  std::vector<std::atomic<int>> taken(cells + 1);
  std::atomic<bool> over{false};
  const auto take = [&](Cell* one) { taken[number(one)].fetch_add(1); };
  std::vector<std::thread> thieves;
  for (int i = 0; i < 3; ++i) {
    thieves.emplace_back([&, i] {
      Cell* mine[16];
      while (!over) {
        const std::uint32_t count = i == 0 ? deque.steal_even_newest(mine, 16) : deque.steal(mine, 16);
        for (std::uint32_t k = 0; k < count; ++k) take(mine[k]);
      }
    });
  }
  for (std::uintptr_t next = 1; next <= cells;) {
    if (deque.push_alone(cell(next))) ++next;
    for (int i = 0; i < 5 && next <= cells; ++i) {
      if (deque.push_newest(cell(next)) == ReadyDeque::Pushed::full) break;
      ++next;
    }
    if (Cell* one = deque.pop_newest()) take(one);
    if (Cell* one = deque.pop_oldest()) take(one);
  }
  while (Cell* one = deque.pop_newest()) take(one);
  over = true;
  for (std::thread& thief : thieves) thief.join();
  for (std::uintptr_t i = 1; i <= cells; ++i) ASSERT_EQ(taken[i], 1) << i;
}

}  // namespace
}  // namespace troupe::inline v0::detail

// Goal: no cell is lost or handed out twice, whether the ring has room for it or not, and whoever takes it.
#include "scheduler/outside_queue.hpp"
#include <atomic>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::inline v0::detail {
namespace {

constexpr std::size_t ring_size = OutsideQueue::ring_size;
constexpr std::uint32_t share = 32;

class OutsideQueueTest : public testing::Test {
 protected:
  void push(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) queue->push(cells[i]);
  }
  std::vector<std::size_t> take(std::uint32_t limit = share) {
    Cell* taken[share];
    const std::uint32_t count = queue->take(taken, limit);
    std::vector<std::size_t> numbers;
    for (std::uint32_t i = 0; i < count; ++i) numbers.push_back(number(*taken[i]));
    return numbers;
  }
  std::vector<std::size_t> take_all() {
    std::vector<std::size_t> all;
    for (auto some = take(); !some.empty(); some = take()) all.insert(all.end(), some.begin(), some.end());
    return all;
  }
  std::size_t number(const Cell& cell) const { return static_cast<std::size_t>(&cell - cells.get()); }
  static std::vector<std::size_t> numbers(std::size_t from, std::size_t to) {
    std::vector<std::size_t> all(to - from);
    std::iota(all.begin(), all.end(), from);
    return all;
  }

  static constexpr std::size_t cells_here = 5 * ring_size;
  std::unique_ptr<Cell[]> cells = std::make_unique<Cell[]>(cells_here);
  std::unique_ptr<OutsideQueue> queue = std::make_unique<OutsideQueue>();
};

TEST_F(OutsideQueueTest, GivesTheOldestFirst) {
  EXPECT_TRUE(queue->empty());
  EXPECT_EQ(take(), numbers(0, 0));
  push(0, 40);
  EXPECT_FALSE(queue->empty());
  EXPECT_EQ(queue->size(), 40u);
  EXPECT_EQ(take(), numbers(0, 32));
  EXPECT_EQ(take(3), numbers(32, 35));
  push(40, 42);
  EXPECT_EQ(take_all(), numbers(35, 42));
  EXPECT_TRUE(queue->empty());
}

TEST_F(OutsideQueueTest, GoesRoundItsRingAsOftenAsItMust) {
  std::size_t pushed = 0;
  std::vector<std::size_t> all;
  while (pushed + 100 <= cells_here) {
    push(pushed, pushed + 100);
    pushed += 100;
    const auto some = take_all();
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_EQ(all, numbers(0, pushed));
}

TEST_F(OutsideQueueTest, KeepsWhatItsRingHasNoRoomForInOrder) {
  push(0, ring_size + 1000);
  EXPECT_EQ(queue->count(cells_here), ring_size + 1000);
  EXPECT_EQ(take(), numbers(0, 32));
  // Behind those that have found no room, though there is some now.
  push(ring_size + 1000, ring_size + 1100);
  EXPECT_EQ(queue->count(cells_here), ring_size + 1100 - 32);
  EXPECT_EQ(take_all(), numbers(32, ring_size + 1100));
  EXPECT_TRUE(queue->empty());
  push(0, 10);
  EXPECT_EQ(queue->size(), 10u) << "it is in the ring again";
  EXPECT_EQ(take_all(), numbers(0, 10));
}

TEST_F(OutsideQueueTest, TakesWhatWasTurnedOverBeforeWhatCameAfterIt) {
  push(0, ring_size + 100);
  for (std::size_t taken = 0; taken < ring_size + share; taken += share) take();
  EXPECT_EQ(queue->size(), 100u - share) << "of the list";
  push(ring_size + 100, ring_size + 110);
  EXPECT_EQ(take_all(), numbers(ring_size + share, ring_size + 110));
}

TEST_F(OutsideQueueTest, LosesNothingAndGivesNothingTwiceWhoeverPushesAndTakes) {
  constexpr unsigned threads = 3;
  constexpr std::size_t each = cells_here / threads;
  const auto taken = std::make_unique<std::atomic<int>[]>(cells_here);
  std::atomic<std::size_t> left{each * threads};
  {
    std::vector<std::jthread> workers;
    for (unsigned t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] { push(t * each, (t + 1) * each); });
      workers.emplace_back([&] {
        Cell* some[share];
        while (left.load() != 0) {
          const std::uint32_t count = queue->take(some, share);
          for (std::uint32_t i = 0; i < count; ++i) taken[number(*some[i])].fetch_add(1);
          left.fetch_sub(count);
          if (count == 0) std::this_thread::yield();
        }
      });
    }
  }
  for (std::size_t i = 0; i < each * threads; ++i) ASSERT_EQ(taken[i].load(), 1) << i;
  EXPECT_TRUE(queue->empty());
}

}  // namespace
}  // namespace troupe::inline v0::detail

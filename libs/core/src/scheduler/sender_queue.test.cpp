// Goal: senders come out in their order, receivers before them, and only those go to others that nobody here
// waits for.
#include "scheduler/sender_queue.hpp"

#include <gtest/gtest.h>

namespace troupe::inline v0::detail {
namespace {

using namespace std::chrono_literals;

class SenderQueueTest : public testing::Test {
 protected:
  SenderQueue::Pushed push(Cell& cell, const Cell& target, SteadyTime at = {}) {
    return queue.push({.cell = &cell, .target = &target}, at);
  }
  Cell a, b, c;
  Cell one, other;  // receivers
  SenderQueue queue;
};

TEST_F(SenderQueueTest, GivesThemInTheirOrder) {
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.pop().cell, nullptr);
  push(a, one);
  push(b, one);
  EXPECT_EQ(queue.size(), 2U);
  push(c, one);
  EXPECT_EQ(queue.pop().cell, &a);
  EXPECT_EQ(queue.pop().cell, &b);
  EXPECT_EQ(queue.pop().cell, &c);
  EXPECT_TRUE(queue.empty());
}

TEST_F(SenderQueueTest, GivesReceiversFirst) {
  push(a, one);
  EXPECT_TRUE(queue.push({.cell = &one, .receives = true}, {}).taken);
  const Sender first = queue.pop();
  EXPECT_EQ(first.cell, &one);
  EXPECT_TRUE(first.receives);
  EXPECT_EQ(queue.pop().cell, &a);
}

TEST_F(SenderQueueTest, KeepsWhatIsKnownOfASender) {
  queue.push({.cell = &a, .target = &one, .has_host = true, .apart = Pace(100ns, 10), .activations = 3}, {});
  const Sender sender = queue.pop();
  EXPECT_EQ(sender.target, &one);
  EXPECT_TRUE(sender.has_host);
  EXPECT_TRUE(sender.apart.is_known());
  EXPECT_EQ(sender.activations, 3U);
}

TEST_F(SenderQueueTest, LeavesThoseToOthersThatSendElsewhere) {
  push(a, one);
  EXPECT_EQ(queue.pop().cell, &a);
  // The owner is busy with `one` now.
  EXPECT_FALSE(push(a, one).stealable);
  EXPECT_EQ(queue.steal(), nullptr);
  EXPECT_TRUE(push(b, other).stealable);
  EXPECT_TRUE(queue.has_stealable());
  EXPECT_EQ(queue.steal(), &b);
  EXPECT_EQ(queue.steal(), nullptr);
  EXPECT_FALSE(queue.has_stealable());
  EXPECT_EQ(queue.pop().cell, &a);
}

TEST_F(SenderQueueTest, LeavesNobodyToOthersWhoIsBoundToThisWorker) {
  EXPECT_FALSE(queue.push({.cell = &a, .target = &one, .has_host = true}, {}).stealable);
  EXPECT_FALSE(queue.push({.cell = &other, .receives = true}, {}).stealable);
  EXPECT_EQ(queue.steal(), nullptr);
  EXPECT_EQ(queue.size(), 2U);
}

TEST_F(SenderQueueTest, GivesAwayWhoHasWaitedForLong) {
  push(a, one, 1s);
  push(b, one, 2s);
  EXPECT_EQ(queue.take_waiting_since(999ms), nullptr);
  EXPECT_EQ(queue.take_waiting_since(1s), &a);
  EXPECT_EQ(queue.take_waiting_since(1s), nullptr);
  EXPECT_EQ(queue.take_waiting_since(3s), &b);
  EXPECT_EQ(queue.take_waiting_since(3s), nullptr);
}

TEST(Pace, IsTheTimeOfASend) {
  EXPECT_FALSE(Pace().is_known());
  const Pace pace(1us, 10);
  EXPECT_TRUE(pace.is_known());
  EXPECT_TRUE(pace.is_slower_than(99ns));
  EXPECT_FALSE(pace.is_slower_than(100ns));
  EXPECT_TRUE(Pace(1us, 0).is_slower_than(1h));
  EXPECT_TRUE(pace.beats(Pace(301ns, 1), 3));
  EXPECT_FALSE(pace.beats(Pace(300ns, 1), 3));
}

}  // namespace
}  // namespace troupe::inline v0::detail

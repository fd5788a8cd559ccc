// Goal: an await block's deadline concerns the await that set it alone, though the block and its place in the
// wheel outlive that await. One thread asks, so that it gets the same block again.
#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe::inline v0 {
namespace {

using namespace std::chrono_literals;

struct Quick {};
struct Slow {
  Reply<int> reply;
};
struct Parked {};
struct Release {};

class Desk {
 public:
  int on(Quick) { return 1; }
  void on(Slow&& slow) {
    slow_ = std::move(slow.reply);
    parked_ = true;
  }
  bool on(Parked) const { return parked_; }
  void on(Release) { slow_.answer(2); }

 private:
  Reply<int> slow_;
  bool parked_ = false;
};

class DeadlineTest : public testing::Test {
 protected:
  static void await_parked(const Ref<Desk>& desk) {
    while (!desk.ask(Parked{}).get()) std::this_thread::yield();
  }
  ManualClock clock;
  System system{{.workers = 1, .clock = &clock}};
  Ref<Desk> desk = system.spawn<Desk>({.inline_asks = false});
};

TEST_F(DeadlineTest, OfAnEarlierAskDoesNotEndALaterOneThatHasNone) {
  std::thread asker([&] {
    EXPECT_EQ(desk.ask(Quick{}).within(10ms).get(), 1);
    EXPECT_EQ(desk.ask<Slow>().within(Duration::max()).get(), 2);
  });
  await_parked(desk);
  clock.advance(1h);
  desk.tell(Release{});
  asker.join();
}

TEST_F(DeadlineTest, OfAnEarlierAskDoesNotEndAJoin) {
  const auto other = system.spawn<Desk>();
  std::atomic<bool> asked{false};
  std::thread asker([&] {
    EXPECT_EQ(desk.ask(Quick{}).within(10ms).get(), 1);
    auto join = other.join();
    asked = true;
    EXPECT_EQ(std::move(join).get().reason, StopReason::stopped);
  });
  while (!asked) std::this_thread::yield();
  clock.advance(1h);
  other.stop();
  asker.join();
}

TEST_F(DeadlineTest, OfALaterAskIsPutForwardBeforeThatOfAnEarlierOne) {
  std::thread asker([&] {
    EXPECT_EQ(desk.ask(Quick{}).within(1h).get(), 1);
    const auto outcome = desk.try_ask<Slow>().within(10ms).get();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().reason(), Reason::timeout);
  });
  await_parked(desk);
  clock.advance(10ms);
  asker.join();
}

TEST_F(DeadlineTest, OfALaterAskIsNotBroughtForwardToThatOfAnEarlierOne) {
  std::thread asker([&] {
    EXPECT_EQ(desk.ask(Quick{}).within(10ms).get(), 1);
    EXPECT_EQ(desk.ask<Slow>().within(2h).get(), 2);
  });
  await_parked(desk);
  clock.advance(1h);
  desk.tell(Release{});
  asker.join();
}

TEST_F(DeadlineTest, PassesByTheClockOfTheSystemThatIsAskedThoughTheBlockServedAnother) {
  ManualClock other_clock;
  auto other = std::make_unique<System>(SystemOptions{.workers = 1, .clock = &other_clock});
  const auto far = other->spawn<Desk>({.inline_asks = false});
  std::thread asker([&] {
    EXPECT_EQ(far.ask(Quick{}).within(1h).get(), 1);
    const auto outcome = desk.try_ask<Slow>().within(10ms).get();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().reason(), Reason::timeout);
    EXPECT_EQ(desk.ask(Quick{}).within(1h).get(), 1);
  });
  await_parked(desk);
  other_clock.advance(2h);
  other.reset();
  clock.advance(10ms);
  asker.join();
}

TEST_F(DeadlineTest, OfAnAskThroughARefIntoASystemThatHasEndedIsNotSet) {
  auto other_clock = std::make_unique<ManualClock>();
  auto other = std::make_unique<System>(SystemOptions{.workers = 1, .clock = other_clock.get()});
  const auto gone = other->spawn<Desk>({.inline_asks = false});
  other.reset();
  other_clock.reset();
  const auto outcome = gone.try_ask(Quick{}).within(1h).get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason(), Reason::stopped);
}

}  // namespace
}  // namespace troupe::inline v0

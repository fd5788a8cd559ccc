// Looks at given times, at a worker whose turns stand on a latch.
#include "observe/turn_watch.hpp"
#include <latch>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

#include "scheduler/thread_group.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {
namespace {

using namespace std::chrono_literals;

struct Hold {
  std::latch* entered;
  std::latch* leave;
};
struct Blocker {
  void on(const Hold& hold) {
    hold.entered->count_down();
    hold.leave->wait();
  }
};

class TurnWatchTest : public testing::Test {
 protected:
  static constexpr auto limit = 1s;

  std::vector<Stall> look(SteadyTime now) {
    std::vector<Stall> news;
    for (TurnWatch& worker : watch.workers) worker.look(now);
    watch.judge(now, limit, news);
    return news;
  }

  std::latch first_in{1}, first_out{1}, second_in{1}, second_out{1};
  System system{{.workers = 1, .log = &null_log(), .turn_limit = 0s}};
  Ref<Blocker> one = system.spawn<Blocker>({.name = "one"});
  Ref<Blocker> two = system.spawn<Blocker>({.name = "two"});
  GroupWatch watch{static_cast<ThreadGroup&>(system.runtime_().default_group()), "work"};
};

TEST_F(TurnWatchTest, MeasuresATurnFromTheFirstLookThatSawItToTheFirstThatDidNot) {
  one.tell<Hold>(&first_in, &first_out);
  first_in.wait();
  EXPECT_TRUE(look(10s).empty());
  EXPECT_TRUE(look(10999ms).empty());
  const auto begun = look(11s);
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].lasted, 1s);
  EXPECT_TRUE(look(12s).empty());
  first_out.count_down();
  two.tell<Hold>(&second_in, &second_out);
  second_in.wait();
  const auto ended = look(13s);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_TRUE(ended[0].ended);
  EXPECT_EQ(ended[0].path, "one");
  EXPECT_EQ(ended[0].lasted, 3s);
  second_out.count_down();
}

TEST_F(TurnWatchTest, TakesEachTurnOfAnActorByItself) {
  one.tell<Hold>(&first_in, &first_out);
  one.tell<Hold>(&second_in, &second_out);
  first_in.wait();
  look(0s);
  ASSERT_EQ(look(1s).size(), 1U);
  first_out.count_down();
  second_in.wait();
  EXPECT_EQ(look(2s).size(), 1U);  // the end of the first
  EXPECT_TRUE(look(2999ms).empty());
  EXPECT_EQ(look(3s).size(), 1U);
  second_out.count_down();
}

TEST_F(TurnWatchTest, CountsAGroupAsStuckFromTheTurnThatTookItsLastThread) {
  one.tell<Hold>(&first_in, &first_out);
  first_in.wait();
  look(0s);
  two.tell<Hold>(&second_in, &second_out);
  const auto news = look(2s);
  ASSERT_EQ(news.size(), 2U);
  EXPECT_EQ(news[1].kind, StallKind::stuck_group);
  EXPECT_EQ(news[1].group, "work");
  EXPECT_EQ(news[1].waiting, 1U);
  EXPECT_EQ(news[1].lasted, 2s);
  first_out.count_down();
  second_in.wait();
  const auto ends = look(4s);
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_TRUE(ends[0].ended && ends[1].ended);
  EXPECT_EQ(ends[1].kind, StallKind::stuck_group);
  EXPECT_EQ(ends[1].lasted, 4s);
  second_out.count_down();
}

}  // namespace
}  // namespace troupe::inline v0::detail

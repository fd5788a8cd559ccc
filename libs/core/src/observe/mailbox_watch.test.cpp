// Looks at given times, at actors that stand on a latch: nothing here depends on the machine's clock.
#include "observe/mailbox_watch.hpp"
#include <algorithm>
#include <latch>
#include <optional>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

#include "system/runtime.hpp"

namespace troupe::inline v0::detail {
namespace {

using namespace std::chrono_literals;
using Over = MailboxWatch::Over;

struct Hold {
  std::latch* entered;
  std::latch* leave;
};
struct Job {};
struct Worker {
  void on(const Hold& hold) {
    hold.entered->count_down();
    hold.leave->wait();
  }
  int on(Job) { return 0; }
};

/// Spawns in a thread of the system, which has the cells of those that ended there at hand.
struct Nursery : Actor<Nursery> {
  Ref<Worker> on(Job) { return spawn<Worker>(); }
};

class MailboxWatchTest : public testing::Test {
 protected:
  static constexpr MailboxWatch::Bounds wide{.kept = 100, .counted = 100, .named = 100};

  void SetUp() override { begin(wide); }
  void begin(const MailboxWatch::Bounds& bounds) {
    watch.emplace();
    watch->begin(system.runtime_(), 4s, bounds);
  }
  /// So many more. The first of all stands on the latch, and with it the one thread of the system.
  void spawn(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) workers.push_back(system.spawn<Worker>());
    workers.front().tell<Hold>(&entered, &leave);
    entered.wait();
  }
  std::vector<Stall> look(SteadyTime now, Over whom = Over::all) {
    std::vector<Stall> news;
    watch->look(now, whom, news);
    return news;
  }

  std::latch entered{1}, leave{1};
  System system{{.workers = 1, .log = &null_log(), .turn_limit = 0s, .wait_limit = 0s}};
  std::vector<Ref<Worker>> workers;
  std::optional<MailboxWatch> watch;
};

TEST_F(MailboxWatchTest, NamesWhoeverHasNotHandledWhatWaitedALimitAgo) {
  const auto busy_before = system.spawn<Worker>();
  for (int i = 0; i < 5; ++i) busy_before.ask(Job{}).get();
  workers.push_back(busy_before);
  spawn(0);
  workers[0].tell(Job{});
  EXPECT_TRUE(look(10s).empty());
  EXPECT_TRUE(watch->saw_anybody_busy());
  EXPECT_TRUE(look(13999ms).empty());
  const auto news = look(14s);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].path, workers[0].path());
  EXPECT_EQ(news[0].lasted, 4s);
  EXPECT_EQ(news[0].in_turn, 4s);
  EXPECT_EQ(news[0].waiting, 1U);
  EXPECT_TRUE(look(20s).empty());
  leave.count_down();
  workers[0].ask(Job{}).get();
}

TEST_F(MailboxWatchTest, SeesWhatIsSentToABusyOneWhenOnlyTheBusyAreLookedAt) {
  spawn(2);
  EXPECT_TRUE(look(0s).empty());
  workers[0].tell(Job{});
  workers[1].tell(Job{});
  EXPECT_TRUE(look(1s, Over::the_busy).empty());
  const auto news = look(5s, Over::the_busy);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].path, workers[0].path());
  leave.count_down();
  workers[0].ask(Job{}).get();
}

TEST_F(MailboxWatchTest, TellsOfTheEndWhenAllIsHandled) {
  spawn(1);
  workers[0].tell(Job{});
  look(0s);
  ASSERT_EQ(look(4s).size(), 1U);
  leave.count_down();
  workers[0].stop();
  workers[0].join().get();
  const auto news = look(5s);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_TRUE(news[0].ended);
  EXPECT_EQ(news[0].lasted, 5s);
  EXPECT_FALSE(watch->saw_anybody_busy());
}

TEST_F(MailboxWatchTest, DoesNotTakeASuccessorInTheSameCellForTheSameActor) {
  const auto nursery = system.spawn<Nursery>({.inline_asks = false});
  workers.push_back(nursery.ask(Job{}).get());
  nursery.ask(Job{}).get();  // the last child's cell would stay in its place
  spawn(0);
  workers[0].tell(Job{});
  look(0s);
  ASSERT_EQ(look(4s).size(), 1U);
  leave.count_down();
  workers[0].stop();
  workers[0].join().get();
  const auto successor = nursery.ask(Job{}).get();
  ASSERT_EQ(successor.cell_address_(), workers[0].cell_address_());
  std::latch entered_again(1), leave_again(1);
  successor.tell<Hold>(&entered_again, &leave_again);
  entered_again.wait();
  successor.tell(Job{});
  const auto news = look(8s);
  EXPECT_EQ(news.size(), 1U);
  EXPECT_TRUE(!news.empty() && news[0].ended);
  leave_again.count_down();
  successor.ask(Job{}).get();
}

TEST_F(MailboxWatchTest, SeesNobodyOfAnotherSystem) {
  const System other({.workers = 1});
  MailboxWatch theirs;
  theirs.begin(other.runtime_(), 4s, wide);
  spawn(1);
  workers[0].tell(Job{});
  std::vector<Stall> news;
  theirs.look(0s, Over::all, news);
  EXPECT_FALSE(theirs.saw_anybody_busy());
  leave.count_down();
  workers[0].ask(Job{}).get();
}

TEST_F(MailboxWatchTest, NamesNoMoreThanItsBoundAndSaysSo) {
  begin({.kept = 100, .counted = 100, .named = 3});
  spawn(10);
  for (const auto& one : workers) one.tell(Job{});
  look(0s);
  EXPECT_EQ(look(4s).size(), 3U);
  EXPECT_EQ(watch->unnamed(), 7U);
  leave.count_down();
  for (const auto& one : workers) one.ask(Job{}).get();
}

TEST_F(MailboxWatchTest, CountsAFewAtATimeAndInTheEndAll) {
  begin({.kept = 100, .counted = 3, .named = 100});
  spawn(10);
  for (const auto& one : workers) one.tell(Job{});
  std::size_t named = 0;
  for (int second = 0; second < 9; ++second) {
    const std::size_t now_named = look(std::chrono::seconds(second)).size();
    EXPECT_LE(now_named, 3U);
    named += now_named;
  }
  EXPECT_EQ(named, 10U);
  leave.count_down();
  for (const auto& one : workers) one.ask(Job{}).get();
}

TEST_F(MailboxWatchTest, KeepsNoMoreThanItsBound) {
  begin({.kept = 4, .counted = 100, .named = 100});
  spawn(12);
  for (const auto& one : workers) one.tell(Job{});
  look(0s);
  EXPECT_TRUE(watch->saw_too_many());
  EXPECT_EQ(look(4s).size(), 4U);
  EXPECT_TRUE(look(60s).empty());
  leave.count_down();
  for (const auto& one : workers) one.ask(Job{}).get();
}

}  // namespace
}  // namespace troupe::inline v0::detail

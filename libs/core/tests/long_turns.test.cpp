// Turns that stand on a latch, and looks of the monitor at an hour that hasn't come.
#include <algorithm>
#include <deque>
#include <latch>

#include <gtest/gtest.h>

#include "observe/monitor.hpp"
#include "stall_support.hpp"
#include "system/runtime.hpp"

namespace {

using namespace troupe_test;
using troupe::ActorState;
using troupe::Stall;
using troupe::StallKind;

struct Job {};
struct Hold {
  std::latch* entered;
  std::latch* leave;
};
struct Blocker {
  void on(const Hold& hold) {
    hold.entered->count_down();
    hold.leave->wait();
  }
  void on(Job) {}
};

class LongTurns : public testing::Test {
 protected:
  void SetUp() override { witness.subscribe(world); }
  /// Blocks the actors, each on a thread.
  void hold(const std::vector<troupe::Ref<Blocker>>& actors) {
    std::latch& all_in = entered.emplace_back(static_cast<std::ptrdiff_t>(actors.size()));
    for (const auto& actor : actors) actor.tell<Hold>(&all_in, &leave);
    all_in.wait();
    look();
  }
  void look(std::chrono::nanoseconds in = {}) {
    world->runtime_().monitor().look(troupe::system_clock().now() + in);
  }

  std::deque<std::latch> entered;
  std::latch leave{1};
  Witness witness;  // its subscriber is in the default group, of which a test leaves a thread free
  World world{threads(2)};
};

TEST_F(LongTurns, AreNamedOnceWithActorMessageAndTimeAndSoIsTheirEnd) {
  const auto blocker = world->spawn<Blocker>({.name = "blocker"});
  hold({blocker});
  look(1h);
  look(2h);
  const Stall stall = witness.await(1).at(0);
  EXPECT_EQ(stall.kind, StallKind::long_turn);
  EXPECT_FALSE(stall.ended);
  EXPECT_EQ(stall.path, "blocker");
  EXPECT_TRUE(contains(stall.actor, "Blocker")) << stall.actor;
  EXPECT_TRUE(contains(stall.message, "Hold")) << stall.message;
  EXPECT_EQ(stall.state, ActorState::running);
  EXPECT_GE(stall.lasted, 1h);
  leave.count_down();
  const Stall end = witness.await(2).at(1);
  EXPECT_TRUE(end.ended);
  EXPECT_EQ(end.path, "blocker");
  EXPECT_EQ(world->stalls()[StallKind::long_turn], 1U);
  EXPECT_EQ(world.log().count("has been in its turn with "), 1U);
  EXPECT_EQ(world.log().count("end of a stall: blocker ("), 1U);
}

TEST_F(LongTurns, OfPinnedActorsAndNamedGroupsAreNamedToo) {
  world->add_group("disk", {.threads = 1});
  const auto pinned = world->spawn<Blocker>({.name = "pinned", .pinned = true});
  const auto grouped = world->spawn<Blocker>({.name = "grouped", .group = "disk"});
  hold({pinned, grouped});
  look(1h);
  std::vector<Stall> stalls = witness.await(2);
  std::sort(stalls.begin(), stalls.end(), [](const Stall& a, const Stall& b) { return a.path < b.path; });
  EXPECT_EQ(stalls.at(0).path, "grouped");
  EXPECT_EQ(stalls.at(1).path, "pinned");
  leave.count_down();
  witness.await(4);
}

TEST_F(LongTurns, OfAllThreadsOfAGroupStickItWhenActorsWaitForOne) {
  world->add_group("disk", {.threads = 2});
  const auto one = world->spawn<Blocker>({.name = "one", .group = "disk"});
  const auto two = world->spawn<Blocker>({.name = "two", .group = "disk"});
  const auto three = world->spawn<Blocker>({.name = "three", .group = "disk"});
  hold({one, two});
  look(1h);
  witness.await(2);
  EXPECT_EQ(world->stalls()[StallKind::stuck_group], 0U);  // nobody waits
  three.tell(Job{});
  look(1h);
  const Stall stuck = witness.await(3).at(2);
  EXPECT_EQ(stuck.kind, StallKind::stuck_group);
  EXPECT_EQ(stuck.group, "disk");
  EXPECT_EQ(stuck.waiting, 1U);
  EXPECT_GE(stuck.lasted, 1h);
  EXPECT_EQ(world.log().count("error: stall: all threads of the group 'disk' have been in long turns for 36"),
            1U);
  EXPECT_EQ(world.log().count(" s, while 1 actor waits for a thread"), 1U);
  leave.count_down();
  std::size_t ends = 0;
  for (const Stall& stall : witness.await(6)) ends += stall.ended && stall.kind == StallKind::stuck_group;
  EXPECT_EQ(ends, 1U);
}

TEST_F(LongTurns, EndWithTheirGroupAtTheLatest) {
  const auto pinned = world->spawn<Blocker>({.name = "pinned", .pinned = true});
  hold({pinned});
  look(1h);
  EXPECT_EQ(world.log().count("warning: stall: pinned ("), 1U);
  leave.count_down();
  world.end();
  EXPECT_EQ(world.log().count("warning: end of a stall: pinned ("), 1U);
}

TEST_F(LongTurns, KeepTheMessagesBehindThemWaiting) {
  const auto pinned = world->spawn<Blocker>({.name = "pinned", .pinned = true});
  hold({pinned});
  pinned.tell(Job{});
  world.advance(2s);  // the mailbox is counted
  world.advance(5s);
  const Stall stall = witness.await(1).at(0);
  EXPECT_EQ(stall.kind, StallKind::waiting_mail);
  EXPECT_EQ(stall.path, "pinned");
  EXPECT_EQ(stall.state, ActorState::running);
  EXPECT_EQ(stall.waiting, 1U);
  EXPECT_EQ(stall.lasted, 5s);
  leave.count_down();
}

}  // namespace

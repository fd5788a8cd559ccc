// The watchdog as a program sees it: by subscription, by counts, and in the log.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <latch>
#include <stdexcept>

#include <gtest/gtest.h>

#include "observe/monitor.hpp"
#include "support.hpp"
#include "system/runtime.hpp"

namespace {

using namespace troupe_test;
using troupe::ActorState;
using troupe::Stall;
using troupe::StallKind;

/// Collects what it is told, and says when it was told so much.
class Witness {
 public:
  struct Subscriber {
    explicit Subscriber(Witness* to) : witness(to) {}
    void on(const Stall& stall) { witness->add(stall); }
    Witness* witness;
  };

  void subscribe(World& world) {
    world->subscribe_stalls(world->spawn<Subscriber>({.name = "witness"}, this));
  }
  std::vector<Stall> all() const {
    const std::lock_guard lock(mutex_);
    return stalls_;
  }
  /// Waits until there are so many. On threads.
  std::vector<Stall> await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stalls_.size() >= count; });
    return stalls_;
  }

 private:
  void add(const Stall& stall) {
    const std::lock_guard lock(mutex_);
    stalls_.push_back(stall);
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Stall> stalls_;
};

struct Question {};
struct Job {};

/// Keeps each Reply until it is told to give them.
struct Oracle {
  void on(Question, troupe::Reply<int> reply) { kept.push_back(std::move(reply)); }
  void on(Job) {
    for (auto& reply : kept) reply.answer(1);
    kept.clear();
  }
  std::vector<troupe::Reply<int>> kept;
};

/// Its turns with a Question await the oracle's answer.
struct Asker : troupe::Actor<Asker> {
  explicit Asker(troupe::Ref<Oracle> whom) : oracle(whom) {}
  troupe::Task<> on(Question) {
    const int answer = co_await oracle.ask<Question>().within(troupe::Duration::max());
    sum += answer;
  }
  void on(Job) {}
  troupe::Ref<Oracle> oracle;
  int sum = 0;
};

class WaitingMail : public testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { witness.subscribe(world); }

  Witness witness;
  World world{seeded(GetParam())};
  troupe::Ref<Oracle> oracle = world->spawn<Oracle>({.name = "oracle"});
  troupe::Ref<Asker> asker = world->spawn<Asker>({.name = "asker"}, oracle);
};
INSTANTIATE_TEST_SUITE_P(Seeds, WaitingMail, testing::Values(1, 2, 3));

TEST_P(WaitingMail, OfAnActorThatAwaitsIsNamedOnceAndItsEndToo) {
  asker.tell(Question{});
  asker.tell(Job{});
  asker.tell(Job{});
  world.scheduler().run_until_idle();
  world.advance(4999ms);
  EXPECT_EQ(world->stalls().total(), 0U);
  world.advance(1ms);
  world.advance(30s);
  ASSERT_EQ(witness.all().size(), 1U);
  const Stall stall = witness.all()[0];
  EXPECT_EQ(stall.kind, StallKind::waiting_mail);
  EXPECT_FALSE(stall.ended);
  EXPECT_EQ(stall.path, "asker");
  EXPECT_TRUE(contains(stall.actor, "Asker")) << stall.actor;
  EXPECT_EQ(stall.state, ActorState::awaiting);
  EXPECT_TRUE(contains(stall.message, "Question")) << stall.message;
  EXPECT_EQ(stall.waiting, 2U);
  EXPECT_GE(stall.lasted, 5s);
  EXPECT_GE(stall.in_turn, stall.lasted);
  EXPECT_TRUE(contains(stall.awaits, "Question asked of oracle at stalls.test.cpp:")) << stall.awaits;

  oracle.tell(Job{});
  world.advance(2s);
  ASSERT_EQ(witness.all().size(), 2U);
  const Stall end = witness.all()[1];
  EXPECT_TRUE(end.ended);
  EXPECT_EQ(end.path, "asker");
  EXPECT_GE(end.lasted, 35s);
  EXPECT_LE(end.lasted, 37s);
  EXPECT_EQ(world->stalls()[StallKind::waiting_mail], 1U);
  EXPECT_EQ(world->stalls().total(), 1U);
}

TEST_P(WaitingMail, IsLogged) {
  asker.tell(Question{});
  asker.tell(Job{});
  world.scheduler().run_until_idle();
  world.advance(6s);
  oracle.tell(Job{});
  world.advance(2s);
  EXPECT_EQ(world.log().count("warning: stall: asker ("), 1U);
  EXPECT_EQ(world.log().count("has kept a message waiting for 6.000 s, of 1 in its mailbox; it is awaiting"),
            1U);
  EXPECT_EQ(world.log().count("warning: end of a stall: asker ("), 1U);
}

TEST_P(WaitingMail, DoesNotCountAnActorThatAwaitsWithNothingWaiting) {
  asker.tell(Question{});
  world.scheduler().run_until_idle();
  world.advance(60s);
  EXPECT_EQ(world->stalls().total(), 0U);
  // But what comes later waits from then on.
  asker.tell(Job{});
  world.scheduler().run_until_idle();
  world.advance(4s);
  EXPECT_EQ(world->stalls().total(), 0U);
  world.advance(4s);
  EXPECT_EQ(world->stalls().total(), 1U);
}

TEST_P(WaitingMail, IsSeenHoweverOftenTheClockMoves) {
  asker.tell(Question{});
  asker.tell(Job{});
  world.scheduler().run_until_idle();
  for (int i = 0; i < 650; ++i) world.advance(10ms);
  EXPECT_EQ(world->stalls().total(), 1U);
}

TEST_P(WaitingMail, KeepsNobodyFromBecomingIdle) {
  asker.tell(Question{});
  asker.tell(Job{});
  world.scheduler().run_until_idle();
  EXPECT_EQ(world.scheduler().next_timer(), troupe::SteadyTime::max());
  EXPECT_FALSE(world.scheduler().skip_to_next_timer());
}

TEST_P(WaitingMail, EndsWithItsActor) {
  asker.tell(Question{});
  asker.tell(Job{});
  world.scheduler().run_until_idle();
  world.advance(6s);
  asker.kill();
  world.advance(2s);
  ASSERT_EQ(witness.all().size(), 2U);
  EXPECT_TRUE(witness.all()[1].ended);
}

TEST_P(WaitingMail, EndsAtTheLatestWithTheSystem) {
  asker.tell(Question{});
  asker.tell(Job{});
  world.scheduler().run_until_idle();
  world.advance(6s);
  world.end();
  EXPECT_EQ(world.log().count("warning: end of a stall: asker ("), 1U);
}

/// Takes virtual time by asking itself later.
struct Slow : troupe::Actor<Slow> {
  struct Wake {};
  troupe::Task<> on(Job) {
    co_await oracle.ask<Question>().within(troupe::Duration::max());
    ++done;
  }
  int on(Question) const { return done; }
  explicit Slow(troupe::Ref<Oracle> whom) : oracle(whom) {}
  troupe::Ref<Oracle> oracle;
  int done = 0;
};

TEST_P(WaitingMail, IsNoneWhereEachMessageHasItsTurnInTime) {
  const auto slow = world->spawn<Slow>({.name = "slow"}, oracle);
  // Three wait at any time, for 3 s each.
  for (int i = 0; i < 3; ++i) slow.tell(Job{});
  for (int second = 0; second < 60; ++second) {
    slow.tell(Job{});
    world.scheduler().run_until_idle();
    world.advance(1s);
    oracle.tell(Job{});
    world.scheduler().run_until_idle();
  }
  EXPECT_EQ(world->stalls().total(), 0U);
}

TEST_P(WaitingMail, IsOneEpisodeWhileTheQueueStaysTooLong) {
  const auto slow = world->spawn<Slow>({.name = "slow"}, oracle);
  // Twenty wait at any time, for 20 s each: it handles one a second.
  for (int i = 0; i < 20; ++i) slow.tell(Job{});
  const auto work = [&](int seconds, bool send) {
    for (int second = 0; second < seconds; ++second) {
      if (send) slow.tell(Job{});
      world.scheduler().run_until_idle();
      world.advance(1s);
      oracle.tell(Job{});
      world.scheduler().run_until_idle();
    }
  };
  work(100, true);
  EXPECT_EQ(witness.all().size(), 1U);
  work(30, false);
  world.advance(2s);
  ASSERT_EQ(witness.all().size(), 2U);
  EXPECT_TRUE(witness.all()[1].ended);
  EXPECT_GE(witness.all()[1].lasted, 100s);
}

TEST_P(WaitingMail, OfAMailboxWithRulesIsNamedWhateverBecomesOfWhatIsNew) {
  std::size_t named = 0;
  for (const auto overflow : {troupe::reject, troupe::drop_oldest, troupe::conflate}) {
    const auto bounded = world->spawn<Asker>({.mailbox = troupe::bounded(3, overflow)}, oracle);
    bounded.tell(Question{});
    world.scheduler().run_until_idle();
    for (int second = 0; second < 7; ++second) {
      for (int i = 0; i < 5; ++i) bounded.tell(Job{});
      world.scheduler().run_until_idle();
      world.advance(1s);
    }
    EXPECT_EQ(world->stalls().total(), ++named);
  }
}

TEST_P(WaitingMail, IsNoneWhereWhatWaitedHasGivenItsPlaceToOthers) {
  const auto slow = world->spawn<Slow>({.mailbox = troupe::bounded(20, troupe::drop_oldest)}, oracle);
  // It handles one a second, of the thirty that come.
  for (int second = 0; second < 60; ++second) {
    for (int i = 0; i < 30; ++i) slow.tell(Job{});
    world.scheduler().run_until_idle();
    world.advance(1s);
    oracle.tell(Job{});
    world.scheduler().run_until_idle();
  }
  EXPECT_EQ(world->stalls().total(), 0U);
}

struct Fragile {
  void on(Question) { throw std::runtime_error("out of order"); }
  void on(Job) {}
};

TEST_P(WaitingMail, OfAnActorThatWaitsForItsRestartSaysSo) {
  auto shop = world->supervise({.name = "shop", .backoff = {.first = 60s, .max = 60s}});
  const auto fragile = shop.spawn<Fragile>({.name = "fragile"});
  fragile.tell(Question{});
  fragile.tell(Job{});
  world.scheduler().run_until_idle();
  world.advance(10s);
  ASSERT_EQ(witness.all().size(), 1U);
  EXPECT_EQ(witness.all()[0].path, "shop/fragile");
  EXPECT_EQ(witness.all()[0].state, ActorState::restarting);
}

TEST(Stalls, AreNotLookedForWithoutALimit) {
  for (const troupe::Duration off : {troupe::Duration::zero(), troupe::Duration::max()}) {
    World world(seeded(1), {.turn_limit = off, .wait_limit = off});
    const auto oracle = world->spawn<Oracle>();
    const auto asker = world->spawn<Asker>(oracle);
    asker.tell(Question{});
    asker.tell(Job{});
    world.scheduler().run_until_idle();
    world.advance(std::chrono::hours(1));
    EXPECT_EQ(world->stalls().total(), 0U);
  }
}

// --- on threads: turns that stand on a latch, and looks of the monitor at an hour that hasn't come

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

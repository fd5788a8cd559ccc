// Mail that waits, as a program hears of it: by subscription, by counts, and in the log. In virtual time.
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "observe/monitor.hpp"
#include "stall_support.hpp"
#include "system/runtime.hpp"

namespace {

using namespace troupe_test;
using troupe::ActorState;
using troupe::Stall;
using troupe::StallKind;

struct Question {};
struct Job {};
struct Kept {};

/// Keeps each Reply until it is told to give them.
struct Oracle {
  void on(Question, troupe::Reply<int> reply) { kept.push_back(std::move(reply)); }
  void on(Job) {
    for (auto& reply : kept) reply.answer(1);
    kept.clear();
  }
  std::size_t on(Kept) const { return kept.size(); }
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

template <class Done>
void yield_until(Done&& done) {
  while (!done()) std::this_thread::yield();
}

// By the machine's clock: the monitor sleeps as the workers do, and nothing else wakes it.
TEST(WaitingMailOnThreads, OfAnActorThatAPlainThreadLeftAwaitingIsNamed) {
  Witness witness;
  troupe::System system({.workers = 1, .log = &troupe::null_log(), .wait_limit = 1ms});
  system.subscribe_stalls(system.spawn<Witness::Subscriber>(&witness));
  const auto oracle = system.spawn<Oracle>();
  const auto asker = system.spawn<Asker>({.name = "asker"}, oracle);
  yield_until([&] { return system.runtime_().monitor().is_asleep(); });
  std::thread plain([&] { asker.ask<Question>().within(troupe::Duration::max()).get(); });
  yield_until([&] { return oracle.ask<Kept>().get() == 1; });
  asker.tell(Job{});
  EXPECT_EQ(witness.await(1)[0].path, "asker");
  oracle.tell(Job{});
  plain.join();
}

}  // namespace

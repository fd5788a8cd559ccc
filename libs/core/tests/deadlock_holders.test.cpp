// A circle is closed by whoever has the reply, wherever it is: with a plain thread, in a blocking call, on
// the heap. And by each policy something else is done about it.
#include <atomic>
#include <optional>
#include <thread>

#include "deadlock_support.hpp"

namespace troupe_test {
namespace {

using troupe::Deadlock;
using troupe::Duration;
using troupe::OnDeadlock;
using troupe::Reason;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;

using Forks = std::vector<Ref<Fork>>;

class DeadlockHolders : public OnEveryScheduler {
 protected:
  Table table{GetParam()};
  World& world = table.world;

  /// Moves time in small steps, until the first report is there.
  Deadlock report_in_time() {
    for (int step = 0; step < 1'000'000 && !table.reports.first().is_set(); ++step) {
      world.advance(100ms);
      if (world.on_threads()) std::this_thread::yield();
    }
    EXPECT_TRUE(table.reports.first().is_set());
    return table.reports.all().front();
  }
};

TEST_P(DeadlockHolders, AThreadThatHasTheReplyAndAsksWhoeverWaitsForItFails) {
  const Forks forks = table.forks(2);
  std::optional<Reply<int>> handed_over;
  Signal is_handed_over;
  int answer = 0;
  Signal a_went_on;
  Fork::Do ask{[&](Fork&) -> Task<int> {
    Fork::Defer hand_over{[&](Fork&, Reply<int> reply) {
      handed_over.emplace(std::move(reply));
      is_handed_over.set();
    }};
    answer = co_await forks[1].ask(troupe::take(hand_over));
    a_went_on.set();
    co_return 0;
  }};
  forks[0].tell(troupe::take(ask));
  world.await(is_handed_over);
  Reply<int> mine = std::move(*handed_over);
  world.advance(1ms);  // so that it is certain whose ask is the youngest
  const auto outcome = forks[0].try_ask(Fork::Take{}).get();
  const unsigned line = __LINE__ - 1;
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason(), Reason::deadlock);
  mine.answer(3);
  world.await(a_went_on);
  EXPECT_EQ(answer, 3);
  const Deadlock found = table.report();
  ASSERT_EQ(found.waits.size(), 2u);
  const auto& failed = found.waits[found.failed];
  EXPECT_EQ(failed.path, "a thread");
  EXPECT_EQ(failed.line, line);
  EXPECT_EQ(failed.asked, "forka");
}

TEST_P(DeadlockHolders, ABlockingCallThatAsksWhoeverAwaitsItFails) {
  const Forks forks = table.forks(1);
  unsigned line = 0;
  Fork::Do call{[&](Fork& me) -> Task<int> {
    const auto ask_back = [whom = me.self(), to = &line] {
      *to = __LINE__ + 1;
      const auto outcome = whom.try_ask(Fork::Take{}).get();
      return outcome ? 0 : static_cast<int>(outcome.error().reason());
    };
    co_return co_await troupe::blocking(ask_back);
  }};
  EXPECT_EQ(forks[0].ask(troupe::take(call)).get(), static_cast<int>(Reason::deadlock));
  const Deadlock found = table.report();
  ASSERT_EQ(found.waits.size(), 2u);
  EXPECT_EQ(found.waits[found.failed].path, "a thread");
  EXPECT_EQ(found.waits[found.failed].line, line);
}

TEST_P(DeadlockHolders, WithAReplyOnTheHeapIsReportedAfterAWhileAndFailsNobody) {
  const Forks forks = table.forks(2);
  std::atomic<bool> went_on{false};
  Signal a_went_on;
  Signal is_parked;
  Fork::Do ask{[&](Fork&) -> Task<int> {
    Fork::Defer park{[&](Fork& other, Reply<int> reply) {
      other.parked.push_back(std::move(reply));
      is_parked.set();
    }};
    static_cast<void>(co_await forks[1].try_ask(troupe::take(park)).within(Duration::max()));
    went_on = true;
    a_went_on.set();
    co_return 0;
  }};
  Fork::Do back{[&](Fork&) -> Task<int> {
    static_cast<void>(co_await forks[0].try_ask(Fork::Take{}).within(Duration::max()));
    went_on = true;
    co_return 0;
  }};
  forks[0].tell(troupe::take(ask));
  world.await(is_parked);
  forks[1].tell(troupe::take(back));
  const Deadlock found = report_in_time();
  EXPECT_FALSE(found.certain);
  EXPECT_EQ(found.failed, Deadlock::none);
  EXPECT_GE(found.waits[0].age, 1s);
  EXPECT_FALSE(went_on);
  EXPECT_EQ(world.log().count("warning: suspected deadlock: 2 asks"), 1u);
  EXPECT_TRUE(contains(to_string(found), "as it seems"));
  EXPECT_TRUE(contains(to_mermaid(found), "-. "));
  world.advance(10s);
  forks[1].kill();
  world.await(a_went_on);
  EXPECT_EQ(table.reports.all().size(), 1u);
}

TEST_P(DeadlockHolders, WhereAnotherPartOfAnAllMayFailIsOnlySuspected) {
  const Forks forks = table.forks(3);
  Signal is_kept;
  Signal a_went_on;
  Fork::Do ask{[&](Fork&) -> Task<int> {
    Fork::Do back{[whom = forks[0]](Fork&) -> Task<int> {
      co_return co_await whom.ask(Fork::Take{}).within(Duration::max());
    }};
    Fork::Defer keep{[&](Fork& other, Reply<int> reply) {
      other.kept = std::move(reply);
      is_kept.set();
    }};
    auto both = troupe::all(forks[1].ask(troupe::take(back)), forks[2].ask(troupe::take(keep)));
    bool failed = false;
    try {
      static_cast<void>(co_await std::move(both).within(Duration::max()));
    } catch (const troupe::AskError& error) {
      failed = error.reason() == Reason::broken_promise;
    }
    EXPECT_TRUE(failed);
    a_went_on.set();
    co_return 0;
  }};
  forks[0].tell(troupe::take(ask));
  const Deadlock found = report_in_time();
  EXPECT_FALSE(found.certain);
  world.await(is_kept);
  forks[2].kill();
  world.await(a_went_on);
}

TEST_P(DeadlockHolders, WhereTheOtherPartsOfAnAllAreAnsweredItIsCertain) {
  const Forks forks = table.forks(3);
  Signal is_kept;
  Fork::Do ask{[&](Fork&) -> Task<int> {
    Fork::Do back{[whom = forks[0]](Fork&) -> Task<int> {
      const auto outcome = co_await whom.try_ask(Fork::Take{});
      co_return outcome ? 0 : 1;
    }};
    Fork::Defer keep{[&](Fork& other, Reply<int> reply) {
      other.kept = std::move(reply);
      is_kept.set();
    }};
    auto both = troupe::all(forks[1].ask(troupe::take(back)), forks[2].ask(troupe::take(keep)));
    const auto [asked, kept] = co_await std::move(both);
    co_return asked + kept;
  }};
  Signal is_over;
  auto driver = world->spawn<Fork>({.name = "driver"});
  Fork::Do drive{[&](Fork&) -> Task<int> {
    const int sum = co_await forks[0].ask(troupe::take(ask));
    EXPECT_EQ(sum, 11);
    is_over.set();
    co_return 0;
  }};
  driver.tell(troupe::take(drive));
  world.await(is_kept);
  if (!world.on_threads()) world.scheduler().run_until_idle();
  Fork::Do answer{[](Fork& other) -> Task<int> {
    int none = 0;
    other.kept.answer(10);
    co_return none;
  }};
  forks[2].tell(troupe::take(answer));
  world.await(is_over);
  EXPECT_TRUE(table.report().certain);
}

TEST_P(DeadlockHolders, AllPartsOfAnAllThatAskBackAreStuck) {
  const Forks forks = table.forks(3);
  Fork::Do ask{[&](Fork&) -> Task<int> {
    const auto back = [whom = forks[0]](Fork&) -> Task<int> {
      const auto outcome = co_await whom.try_ask(Fork::Take{});
      co_return outcome ? 0 : 1;
    };
    Fork::Do one{back};
    Fork::Do other{back};
    auto both = troupe::all(forks[1].ask(troupe::take(one)), forks[2].ask(troupe::take(other)));
    const auto [first, second] = co_await std::move(both);
    co_return first + second;
  }};
  EXPECT_EQ(forks[0].ask(troupe::take(ask)).get(), 2);
  EXPECT_EQ(world.log().count("error: deadlock: 2 asks"), 2u);
}

TEST_P(DeadlockHolders, TheWorkerOfAPoolHasTheReplyThatThePoolWasAskedFor) {
  const Forks forks = table.forks(1);
  const auto pool = world->spawn<troupe::Pool<Fork>>({.name = "pool"}, troupe::PoolOptions{.size = 1});
  Fork::Do ask{[&](Fork& me) -> Task<int> {
    const auto outcome = co_await pool.try_ask(Fork::AskBack{me.self()});
    co_return outcome ? 0 : 1;
  }};
  EXPECT_EQ(forks[0].ask(troupe::take(ask)).get(), 1);
  const Deadlock found = table.report();
  ASSERT_EQ(found.waits.size(), 2u);
  EXPECT_TRUE(contains(to_string(found), "forka (troupe_test::Fork) asked pool for")) << to_string(found);
  EXPECT_TRUE(contains(to_string(found), "whose answer lies with pool/0")) << to_string(found);
}

INSTANTIATE_TEST_SUITE_P(EveryScheduler, DeadlockHolders, every_scheduler(), run_name);

// --- what is done about it

/// Two that ask each other, where nobody breaks the circle but the deadlines.
Reason outcome_of_a_circle(Table& table) {
  const Forks forks = table.forks(2);
  Reason reason{};
  Fork::Do ask{[&](Fork& me) -> Task<int> {
    const auto outcome = co_await forks[1].try_ask(Fork::AskBack{me.self()});
    if (!outcome) reason = outcome.error().reason();
    co_return 0;
  }};
  static_cast<void>(forks[0].try_ask(troupe::take(ask)).within(Duration::max()).get());
  return reason;
}

TEST(DeadlockPolicy, LogOnlyReportsACircleOnceAndLetsTheDeadlinesEndIt) {
  Table table(seeded(1), true, {.on_deadlock = OnDeadlock::log_only});
  EXPECT_EQ(outcome_of_a_circle(table), Reason::timeout);
  const Deadlock found = table.report();
  EXPECT_TRUE(found.certain);
  EXPECT_EQ(found.failed, Deadlock::none);
  EXPECT_EQ(table.reports.all().size(), 1u);
}

TEST(DeadlockPolicy, IgnoreLooksForNone) {
  Table table(seeded(1), true, {.on_deadlock = OnDeadlock::ignore});
  EXPECT_EQ(outcome_of_a_circle(table), Reason::timeout);
  EXPECT_TRUE(table.reports.all().empty());
  EXPECT_EQ(table.world.log().count("deadlock:"), 0u);
}

TEST(DeadlockPolicyDeathTest, AbortEndsTheProcessWithTheReport) {
  EXPECT_DEATH(
      {
        troupe::DeterministicScheduler scheduler(1);
        troupe::System system({.scheduler = &scheduler, .on_deadlock = OnDeadlock::abort});
        const auto one = system.spawn<Fork>();
        const auto other = system.spawn<Fork>();
        Fork::Do ask{
            [other](Fork& me) -> Task<int> { co_return co_await other.ask(Fork::AskBack{me.self()}); }};
        static_cast<void>(one.try_ask(troupe::take(ask)).get());
      },
      "deadlock: 2 asks wait for each other");
}

// By seeds only: on threads the deadline may pass before anybody looks a second time.
TEST(SuspectedDeadlocks, AreEachReportedThoughTheirAwaitsHaveTheBlocksOfEarlierOnes) {
  Table table(seeded(1));
  World& world = table.world;
  const Forks forks = table.forks(2);
  for (std::size_t round = 1; round <= 40; ++round) {
    // So many awaits of one of them more, before each circle: the blocks are the same, and their numbers
    // others.
    for (std::size_t i = 0; i < round % 4; ++i) forks[0].ask(Fork::Take{}).get();
    Signal is_parked;
    Signal a_went_on;
    Fork::Do ask{[&, b = forks[1]](Fork&) -> Task<int> {
      Fork::Defer park{[&](Fork& other, Reply<int> reply) {
        other.parked.push_back(std::move(reply));
        is_parked.set();
      }};
      static_cast<void>(co_await b.try_ask(troupe::take(park)).within(Duration::max()));
      a_went_on.set();
      co_return 0;
    }};
    Fork::Do back{[a = forks[0]](Fork& self) -> Task<int> {
      static_cast<void>(co_await a.try_ask(Fork::Take{}).within(3s));
      self.parked.clear();
      co_return 0;
    }};
    forks[0].tell(troupe::take(ask));
    world.await(is_parked);
    forks[1].tell(troupe::take(back));
    while (!a_went_on.is_set()) {
      world.advance(100ms);
    }
  }
  // Reports are told by messages: the clerk has seen all of them when it has ended.
  world.end();
  EXPECT_EQ(table.reports.all().size(), 40u);
}

}  // namespace
}  // namespace troupe_test

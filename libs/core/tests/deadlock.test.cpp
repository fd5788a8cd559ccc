// Circles of asks are found when they close, and the report names each ask of them.
#include <algorithm>

#include "deadlock_support.hpp"

namespace troupe_test {
namespace {

using troupe::AskError;
using troupe::Deadlock;
using troupe::Reason;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;

using Forks = std::vector<Ref<Fork>>;

/// Each is asked by the one before it, and asks the one behind it; the last asks the first.
Fork::Body ring(Forks forks, std::size_t next, unsigned& line) {
  return [forks = std::move(forks), next, &line](Fork&) -> Task<int> {
    if (next == forks.size()) {
      line = __LINE__ + 1;
      co_return co_await forks[0].ask(Fork::Take{});
    }
    Fork::Do message{ring(forks, next + 1, line)};
    co_return co_await forks[next].ask(troupe::take(message));
  };
}
constexpr unsigned ring_line = __LINE__ - 3;

/// The deadlock at the bottom of failures that were passed on.
const AskError* deadlock_in(const std::exception_ptr& cause) {
  const auto* error = troupe::cause_as<AskError>(cause);
  if (!error || error->reason() == Reason::deadlock) return error;
  return deadlock_in(error->cause());
}

class DeadlockTest : public testing::TestWithParam<RunOnAndInline> {
 protected:
  Table table{std::get<0>(GetParam()), std::get<1>(GetParam())};
  World& world = table.world;

  void expect_ring_of(std::size_t count);
};

void DeadlockTest::expect_ring_of(std::size_t count) {
  const Forks forks = table.forks(count);
  unsigned last_line = 0;
  Fork::Do message{ring(forks, 1, last_line)};
  const auto outcome = forks[0].try_ask(troupe::take(message)).get();
  ASSERT_FALSE(outcome);
  const AskError* error = deadlock_in(outcome.error().cause());
  ASSERT_NE(error, nullptr) << outcome.error().what();
  const Deadlock found = table.report();
  EXPECT_EQ(error->what(), to_string(found));
  EXPECT_EQ(world.log().count("error: " + to_string(found)), 1u);
  ASSERT_EQ(found.waits.size(), count);
  EXPECT_TRUE(found.certain);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& wait = found.waits[i];
    const auto& next = found.waits[(i + 1) % count];
    EXPECT_EQ(wait.asked, next.path);
    EXPECT_EQ(wait.actor, "troupe_test::Fork");
    EXPECT_TRUE(contains(wait.file, "deadlock.test.cpp")) << wait.file;
    EXPECT_LT(wait.age, 5s);
    EXPECT_TRUE(wait.certain);
    const bool is_last = next.path == "forka";
    EXPECT_EQ(wait.message, is_last ? "troupe_test::Fork::Take" : "troupe_test::Fork::Do");
    EXPECT_EQ(wait.line, is_last ? last_line : ring_line);
    EXPECT_EQ(i == found.failed, is_last);
    EXPECT_EQ(wait.mailbox_depth, wait.path == "forka" ? 1u : 0u);
  }
  EXPECT_EQ(table.reports.all().size(), 1u);
}

TEST_P(DeadlockTest, OfTwoActorsFailsTheAskThatClosesIt) { expect_ring_of(2); }
TEST_P(DeadlockTest, OfThreeActorsFailsTheAskThatClosesIt) { expect_ring_of(3); }
TEST_P(DeadlockTest, OfTenActorsFailsTheAskThatClosesIt) { expect_ring_of(10); }

TEST_P(DeadlockTest, OfTwoIndependentAsksIsFailedOnce) {
  const Forks forks = table.forks(2);
  std::atomic<int> arrived{0};
  // Both are in their turns before either asks, as far as the scheduler lets them.
  const auto cross = [&arrived](Ref<Fork> other) {
    return [&arrived, other](Fork&) -> Task<int> {
      ++arrived;
      for (int spins = 0; arrived < 2 && spins < 50; ++spins) std::this_thread::yield();
      const auto outcome = co_await other.try_ask(Fork::Take{});
      co_return outcome ? 0 : outcome.error().reason() == Reason::deadlock ? 1 : 100;
    };
  };
  Fork::Do first{cross(forks[1])};
  Fork::Do second{cross(forks[0])};
  auto both = troupe::all(forks[0].ask(troupe::take(first)), forks[1].ask(troupe::take(second)));
  const auto [a, b] = std::move(both).get();
  // One failed, and then the other was answered; or they never met.
  EXPECT_EQ(static_cast<std::size_t>(a + b), world.log().count("error: deadlock: 2 asks"));
  EXPECT_LE(a + b, 1);
  if (!world.on_threads() && !std::get<1>(GetParam())) {
    EXPECT_EQ(a + b, 1);
  }
}

TEST_P(DeadlockTest, ThroughOnePartOfSeveralAwaitedTogether) {
  const Forks forks = table.forks(3);
  Fork::Do message{[&](Fork&) -> Task<int> {
    Fork::Do back{[first = forks[0]](Fork&) -> Task<int> { co_return co_await first.ask(Fork::Take{}); }};
    auto both = troupe::all(forks[1].try_ask(troupe::take(back)), forks[2].ask(Fork::Take{}));
    auto [failed, good] = co_await std::move(both);
    co_return good + (failed ? 0 : 10);
  }};
  EXPECT_EQ(forks[0].ask(troupe::take(message)).get(), 11);
  const Deadlock found = table.report();
  EXPECT_EQ(found.waits.size(), 2u);
}

TEST_P(DeadlockTest, WithAJoinOfWhoeverAsks) {
  const Forks forks = table.forks(2);
  Fork::Do message{[&](Fork& me) -> Task<int> {
    Fork::Do join{[whom = me.self()](Fork&) -> Task<int> {
      co_await whom.join();
      co_return 0;
    }};
    co_return co_await forks[1].ask(troupe::take(join));
  }};
  const auto outcome = forks[0].try_ask(troupe::take(message)).get();
  ASSERT_FALSE(outcome);
  EXPECT_NE(deadlock_in(outcome.error().cause()), nullptr) << outcome.error().what();
  EXPECT_EQ(table.report().waits.size(), 2u);
}

// --- who has the Reply

TEST_P(DeadlockTest, WithTheReplyInACoroutinesFrame) {
  const Forks forks = table.forks(2);
  Fork::Do message{[&](Fork& me) -> Task<int> {
    const auto outcome = co_await forks[1].try_ask(Fork::AskBack{me.self()});
    co_return outcome ? 0 : 1;
  }};
  EXPECT_EQ(forks[0].ask(troupe::take(message)).get(), 1);
  const Deadlock found = table.report();
  ASSERT_EQ(found.waits.size(), 2u);
  EXPECT_EQ(found.waits[found.failed].path, "forkb");
}

TEST_P(DeadlockTest, WithTheReplyKeptInTheActor) {
  const Forks forks = table.forks(2);
  Fork::Do message{[&](Fork& me) -> Task<int> {
    Fork::Defer keep{[](Fork& other, Reply<int> reply) { other.kept = std::move(reply); }};
    Fork::Do back{[first = me.self()](Fork& other) -> Task<int> {
      const auto outcome = co_await first.try_ask(Fork::Take{});
      other.kept.answer(5);
      co_return outcome ? 0 : 1;
    }};
    forks[1].tell(Fork::Note{});
    auto both = troupe::all(forks[1].ask(troupe::take(keep)), forks[1].ask(troupe::take(back)));
    const auto [kept, asked] = co_await std::move(both);
    co_return kept + asked;
  }};
  EXPECT_EQ(forks[0].ask(troupe::take(message)).get(), 6);
  const Deadlock found = table.report();
  EXPECT_EQ(found.waits.size(), 2u);
}

TEST_P(DeadlockTest, ClosedByWhoeverForwardsTheReply) {
  const Forks forks = table.forks(3);
  Signal b_has_it;
  Signal a_went_on;
  Signal c_went_on;
  // a waits for b, which keeps the Reply for now; c asks a; then b gives the Reply to c.
  Fork::Do ask_b{[&](Fork&) -> Task<int> {
    Fork::Defer keep{[&](Fork& b, Reply<int> reply) {
      b.kept = std::move(reply);
      b_has_it.set();
    }};
    static_cast<void>(co_await forks[1].try_ask(troupe::take(keep)));
    a_went_on.set();
    co_return 0;
  }};
  Fork::Do ask_a{[&](Fork&) -> Task<int> {
    static_cast<void>(co_await forks[0].try_ask(Fork::Take{}));
    c_went_on.set();
    co_return 0;
  }};
  Fork::Do forward{[&](Fork& b) -> Task<int> {
    forks[2].tell<Fork::Forwarded>(std::move(b.kept));
    co_return 0;
  }};
  forks[0].tell(troupe::take(ask_b));
  world.await(b_has_it);
  forks[2].tell(troupe::take(ask_a));
  // On threads c may come to rest before or after.
  if (!world.on_threads()) world.scheduler().run_until_idle();
  forks[1].tell(troupe::take(forward));
  const Deadlock found = table.report();
  ASSERT_EQ(found.waits.size(), 2u);
  const auto waits_of_a = std::ranges::find(found.waits, "forka", &troupe::DeadlockWait::path);
  ASSERT_NE(waits_of_a, found.waits.end());
  EXPECT_EQ(waits_of_a->asked, "forkb");
  EXPECT_TRUE(contains(to_string(found), "whose answer lies with forkc")) << to_string(found);
  world.await(a_went_on);
  world.await(c_went_on);
}

INSTANTIATE_TEST_SUITE_P(EveryScheduler, DeadlockTest, every_scheduler_and_lane(), run_and_inline_name);

}  // namespace
}  // namespace troupe_test

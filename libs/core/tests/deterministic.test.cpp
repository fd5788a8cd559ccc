// DeterministicScheduler: the same seed gives the same run; time moves where it is told to.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::blocking;
using troupe::DeterministicScheduler;
using troupe::Reason;
using troupe::Reply;
using troupe::System;
using troupe::Task;

struct Go {
  int number;
};
struct Hold {};
struct Ping {};

using Order = std::vector<int>;

struct Noter {
  Order* order;
  int name;
  void on(Go go) { order->push_back(name * 100 + go.number); }
};

Order order_of(std::uint64_t seed) {
  Order order;
  DeterministicScheduler scheduler(seed);
  System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  std::vector<troupe::Ref<Noter>> noters;
  for (int name = 0; name < 6; ++name) noters.push_back(system.spawn<Noter>(&order, name));
  for (int number = 0; number < 6; ++number) {
    for (const auto& noter : noters) noter.tell<Go>(number);
  }
  scheduler.run_until_idle();
  return order;
}

TEST(Deterministic, TheSameSeedGivesTheSameRun) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) EXPECT_EQ(order_of(seed), order_of(seed)) << seed;
}

TEST(Deterministic, OtherSeedsGiveOtherRuns) {
  std::set<Order> orders;
  for (std::uint64_t seed = 0; seed < 10; ++seed) orders.insert(order_of(seed));
  EXPECT_GE(orders.size(), 9u);
}

struct Dice final : troupe::Actor<Dice> {
  std::vector<std::uint64_t> on(Ping) { return {random(), random(), random()}; }
};
std::vector<std::vector<std::uint64_t>> draws(std::uint64_t seed) {
  DeterministicScheduler scheduler;
  System system({.scheduler = &scheduler, .seed = seed});
  std::vector<std::vector<std::uint64_t>> all;
  for (int i = 0; i < 3; ++i) all.push_back(system.spawn<Dice>().ask<Ping>().get());
  return all;
}
TEST(Deterministic, EachActorDrawsFromAStreamOfItsOwn) {
  EXPECT_EQ(draws(1), draws(1));
  EXPECT_NE(draws(1), draws(2));
  std::set<std::uint64_t> distinct;
  for (const auto& stream : draws(1)) distinct.insert(stream.begin(), stream.end());
  EXPECT_EQ(distinct.size(), 9u);
}

TEST(Deterministic, NothingRunsUntilItIsDriven) {
  Order order;
  World world(seeded(1));
  auto noter = world->spawn<Noter>(&order, 0);
  EXPECT_FALSE(world.scheduler().step());
  noter.tell<Go>(1);
  noter.tell<Go>(2);
  EXPECT_EQ(order, Order{});
  EXPECT_TRUE(world.scheduler().step());
  EXPECT_EQ(order, (Order{1})) << "a step is one turn";
  EXPECT_GE(world.scheduler().run_until_idle(), 1u);
  EXPECT_EQ(order, (Order{1, 2}));
  EXPECT_EQ(world.scheduler().run_until_idle(), 0u);
}

struct Alarm final : troupe::Actor<Alarm> {
  Order* order;
  explicit Alarm(Order* out) : order(out) {
    after(30ms, Go{3});
    after(10ms, Go{1});
    after(1h, Go{4});
    after(20ms, Go{2});
  }
  void on(Go go) {
    order->push_back(go.number);
    if (go.number == 2) after(5ms, Go{25});
  }
};

TEST(Deterministic, AdvanceFiresTimersInOrderWithWhatTheyCause) {
  Order order;
  World world(seeded(1));
  world->spawn<Alarm>(&order);
  world.scheduler().run_until_idle();
  EXPECT_EQ(order, Order{}) << "time stands still";
  world.advance(15ms);
  EXPECT_EQ(order, (Order{1}));
  world.advance(30ms);
  EXPECT_EQ(order, (Order{1, 2, 25, 3}));
  EXPECT_TRUE(world.scheduler().skip_to_next_timer());
  EXPECT_EQ(world->now(), 1h);
  world.scheduler().run_until_idle();
  EXPECT_EQ(order, (Order{1, 2, 25, 3, 4}));
  EXPECT_FALSE(world.scheduler().skip_to_next_timer());
}

TEST(Deterministic, RunUntilLetsTimePassWhereNothingIsReady) {
  Order order;
  World world(seeded(1));
  world->spawn<Alarm>(&order);
  EXPECT_TRUE(world.scheduler().run_until([&] { return order.size() == 4; }));
  EXPECT_EQ(world->now(), 30ms);
  EXPECT_FALSE(world.scheduler().run_until([&] { return order.size() == 6; })) << "only five ticks will come";
}

struct Silent {
  std::vector<Reply<int>> held;
  void on(Hold, Reply<int> reply) { held.push_back(std::move(reply)); }
};

TEST(Deterministic, AnAskThatNobodyCanAnswerIsReportedInsteadOfHanging) {
  World world(seeded(1));
  auto silent = world->spawn<Silent>();
  const auto outcome = silent.try_ask<Hold>().within(troupe::Duration::max()).get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::unanswerable);
  EXPECT_PRED2(contains, outcome.error().what(), "Silent");
  EXPECT_THROW(static_cast<void>(troupe::all(silent.ask<Hold>().within(troupe::Duration::max())).get()),
               troupe::AskError);
  EXPECT_THROW(static_cast<void>(silent.join().get()), troupe::AskError);
}

TEST(Deterministic, AnAskWithADeadlineLetsTimePassToIt) {
  World world(seeded(1));
  auto silent = world->spawn<Silent>();
  const auto before = world->now();
  const auto outcome = silent.try_ask<Hold>().within(3s).get();
  EXPECT_EQ(outcome.error().reason(), Reason::timeout);
  EXPECT_EQ(world->now() - before, 3s);
}

TEST(Deterministic, BlockingCallsAreStepsInTheSeedsOrder) {
  const auto run = [](std::uint64_t seed) {
    Order order;
    DeterministicScheduler scheduler(seed);
    System system({.scheduler = &scheduler});
    for (int i = 0; i < 6; ++i) {
      const auto actor = system.spawn<Inside>();
      actor.tell<Inside::Step>([&order, i](Inside&) -> Task<> {
        const int number = i;
        co_await blocking([&order, number] { order.push_back(number); });
        order.push_back(100 + number);
      });
    }
    scheduler.run_until_idle();
    EXPECT_EQ(order.size(), 12u);
    return order;
  };
  EXPECT_EQ(run(1), run(1));
  std::set<Order> orders;
  for (std::uint64_t seed = 0; seed < 5; ++seed) orders.insert(run(seed));
  EXPECT_GE(orders.size(), 4u);
}

TEST(Deterministic, ServesOneSystemAtATimeAndSeveralAfterEachOther) {
  DeterministicScheduler scheduler(1);
  for (int i = 0; i < 3; ++i) {
    Order order;
    System system({.scheduler = &scheduler});
    const auto noter = system.spawn<Noter>(&order, 0);
    noter.ask<Go>(i).get();
    EXPECT_EQ(order, (Order{i}));
    EXPECT_THROW(System({.scheduler = &scheduler}), troupe::UsageError);
    noter.ask<Go>(i).get();
  }
  EXPECT_EQ(scheduler.seed(), 1u);
}

}  // namespace

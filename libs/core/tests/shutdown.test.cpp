// System::shutdown and the destructor: who would not stop, and on which message.
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::ActorState;
using troupe::Reply;
using troupe::Task;

struct Stick {};
struct Ping {};
struct Hold {};

// Blocks its thread until the test lets it go: what an actor must not do, and what a report must name.
struct Stuck {
  Signal* inside;
  Signal* let_go;
  void on(Stick) {
    inside->set();
    let_go->wait();
  }
  void on(Ping) {}
};
struct Holder {
  std::vector<Reply<void>> held;
  Signal* holding;
  explicit Holder(Signal* signal) : holding(signal) {}
  void on(Hold, Reply<void> reply) {
    held.push_back(std::move(reply));
    holding->set();
  }
};

using Shutdown = OnEveryScheduler;
INSTANTIATE_TEST_SUITE_P(All, Shutdown, every_scheduler(), run_name);

TEST_P(Shutdown, AQuietSystemStopsCleanly) {
  World world(GetParam());
  auto stuck = world->spawn<Stuck>();
  const auto report = world->shutdown();
  EXPECT_TRUE(report.clean());
  EXPECT_TRUE(report);
  EXPECT_FALSE(stuck.alive());
  EXPECT_TRUE(world->tree().empty());
  EXPECT_TRUE(world->shutdown().clean()) << "again";
  EXPECT_THROW(world->spawn<Stuck>(), troupe::SpawnError);
}

TEST_P(Shutdown, MayHaveAllTheTimeThereIs) {
  World world(GetParam());
  world->spawn<Stuck>();
  EXPECT_TRUE(world->shutdown(troupe::Duration::max()).clean());
}

/// Those that have ended leave the list of their parent in their own time, which is no business of others.
TEST_P(Shutdown, WaitsForNoneOfThoseThatHaveEndedBefore) {
  for (std::size_t ended = 0; ended < 100; ended += 7) {
    World world(GetParam());
    auto first = world->spawn<Stuck>();
    std::vector<troupe::Ref<Stuck>> others;
    for (std::size_t i = 0; i < ended; ++i) others.push_back(world->spawn<Stuck>());
    auto last = world->spawn<Stuck>();
    for (auto& other : others) other.stop();
    for (auto& other : others) other.join().get();
    EXPECT_EQ(world->tree().size(), 2u) << ended;
    if (ended % 2 == 0) last.stop();
    EXPECT_TRUE(world->shutdown().clean()) << ended;
    EXPECT_FALSE(first.alive());
  }
}

TEST_P(Shutdown, StopsInTheReverseOrderOfTheSpawns) {
  World world(GetParam());
  struct Last {
    std::vector<int>* order;
    int number;
    void on(troupe::Stopping) { order->push_back(number); }
  };
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) world->spawn<Last>(&order, i);
  EXPECT_TRUE(world->shutdown().clean());
  EXPECT_EQ(order, (std::vector<int>{4, 3, 2, 1, 0}));
}

TEST_P(Shutdown, InsideAnActorIsRefusedWithASentence) {
  World world(GetParam());
  std::string caught;
  world.in_actor(
      [&](Inside&) -> Task<> {
        caught = thrown<troupe::UsageError>([&] { static_cast<void>(world->shutdown()); });
        co_return;
      },
      {.name = "inside"});
  EXPECT_PRED2(contains, caught, "inside (");
  EXPECT_PRED2(contains, caught, "shutdown");
}

TEST(ShutdownOnThreads, NamesTheActorThatDoesNotStopAndItsMessage) {
  World world(threads(2));
  Signal inside, let_go;
  auto stuck = world->spawn<Stuck>({.name = "stuck"}, &inside, &let_go);
  auto fine = world->spawn<Holder>({.name = "fine"}, &inside);
  stuck.tell<Stick>();
  inside.wait();
  stuck.tell<Ping>();
  const auto report = world->shutdown(10ms);
  EXPECT_FALSE(report.clean());
  ASSERT_EQ(report.unstopped.size(), 1u) << to_string(report.unstopped);
  const troupe::ActorInfo& named = report.unstopped.front();
  EXPECT_EQ(named.path, "stuck");
  EXPECT_PRED2(contains, named.actor, "Stuck");
  EXPECT_PRED2(contains, named.message, "Stick");
  EXPECT_EQ(named.state, ActorState::running);
  EXPECT_FALSE(fine.alive()) << "its siblings stop normally";
  let_go.set();
  stuck.join().get();
  EXPECT_TRUE(world->shutdown().clean());
}

TEST(ShutdownOnThreads, TheDestructorNamesWhomItWaitsFor) {
  CollectingLog log;
  Signal inside, let_go;
  std::thread releaser;
  {
    troupe::System system({.workers = 1, .shutdown_deadline = 1ms, .log = &log});
    auto stuck = system.spawn<Stuck>({.name = "stuck"}, &inside, &let_go);
    stuck.tell<Stick>();
    inside.wait();
    releaser = std::thread([&] {
      while (log.count("stuck") == 0) std::this_thread::yield();
      let_go.set();
    });
  }
  releaser.join();
  EXPECT_EQ(log.count("did not stop within the system's shutdown deadline"), 1u);
  EXPECT_EQ(log.count("Stick"), 1u);
}

// A turn that awaits what never comes holds its stop back, and is killed when its parent has been patient.
TEST_P(Shutdown, AChildThatOutlastsItsDeadlineIsKilledAndNamed) {
  World world(GetParam());
  Signal holding;
  auto holder = world->spawn<Holder>(&holding);
  auto waiter = world->spawn<Inside>({.name = "waiter", .shutdown_deadline = 3s});
  waiter.tell<Inside::Step>([&](Inside&) -> Task<> {
    co_await holder.ask<Hold>().within(troupe::Duration::max());
    ADD_FAILURE() << "nobody answered";
  });
  world.await(holding);
  if (world.on_threads()) {
    std::thread driver([&] {
      while (waiter.alive()) world.advance(1s);
    });
    EXPECT_TRUE(world->shutdown().clean());
    driver.join();
  } else {
    EXPECT_TRUE(world->shutdown(1h).clean());
  }
  EXPECT_EQ(world.log().count("waiter did not stop within its shutdown deadline"), 1u);
}

// Without threads the deadline is one of virtual time: a ticking actor doesn't keep it from coming.
TEST(ShutdownBySeed, TheDeadlineIsOfVirtualTime) {
  World world(seeded(1));
  Signal holding;
  struct Ticker final : troupe::Actor<Ticker> {
    Ticker() { every(10ms, Ping{}); }
    void on(Ping) {}
  };
  world->spawn<Ticker>();
  auto holder = world->spawn<Holder>(&holding);
  auto waiter = world->spawn<Inside>({.name = "waiter", .shutdown_deadline = troupe::Duration::max()});
  waiter.tell<Inside::Step>([&](Inside&) -> Task<> {
    co_await holder.ask<Hold>().within(troupe::Duration::max());
    ADD_FAILURE() << "nobody answered";
  });
  world.await(holding);
  const auto before = world->now();
  const auto report = world->shutdown(2s);
  EXPECT_FALSE(report.clean());
  EXPECT_GE(world->now() - before, 2s);
  EXPECT_LT(world->now() - before, 10s);
  EXPECT_FALSE(waiter.alive()) << "killed in the end";
}

// --- a system with work in it -----------------------------------------------------------------------------

TEST_P(Shutdown, TheDestructorLeavesNoMessageUncounted) {
  struct Chain final : troupe::Actor<Chain> {
    std::atomic<int>* handled;
    explicit Chain(std::atomic<int>* count) : handled(count) {}
    void on(Ping) {
      ++*handled;
      self().tell<Ping>();
    }
  };
  std::atomic<int> handled{0};
  {
    World world(GetParam());
    auto chain = world->spawn<Chain>(&handled);
    for (int i = 0; i < 10; ++i) chain.tell<Ping>();
  }
  EXPECT_GE(handled, 10) << "what was sent before the end is handled before it";
}

TEST_P(Shutdown, AsksThatAreUnderWayEndWithTheirActors) {
  std::string outcome = "none";
  {
    World world(GetParam());
    Signal holding;
    auto asker = world->spawn<Inside>();
    auto holder = world->spawn<Holder>(&holding);  // stops first
    asker.tell<Inside::Step>([&](Inside&) -> Task<> {
      const auto held = co_await holder.try_ask<Hold>().within(troupe::Duration::max());
      outcome = held ? "answered" : troupe::to_string(held.error().reason());
    });
    world.await(holding);
  }
  EXPECT_EQ(outcome, "broken promise");
}

TEST(ShutdownOnThreads, AThreadThatAsksIsAnsweredWhenTheSystemEnds) {
  Signal holding;
  std::string outcome;
  std::thread asker;
  {
    World world(threads(2));
    auto holder = world->spawn<Holder>({.inline_asks = false}, &holding);
    asker = std::thread([&outcome, holder] {
      const auto held = holder.try_ask<Hold>().get();
      outcome = held ? "answered" : troupe::to_string(held.error().reason());
    });
    holding.wait();
  }
  asker.join();
  EXPECT_EQ(outcome, "broken promise");
}

}  // namespace

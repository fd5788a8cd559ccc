// co_await blocking(f, args...).
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::blocking;
using troupe::Task;

using Blocking = OnEveryScheduler;
INSTANTIATE_TEST_SUITE_P(All, Blocking, every_scheduler(), run_name);

int twice(int number) { return number * 2; }

TEST_P(Blocking, YieldsWhatTheFunctionReturns) {
  World world(GetParam());
  world.in_actor([&](Inside&) -> Task<> {
    const int number = co_await blocking(twice, 21);
    EXPECT_EQ(number, 42);
    bool called = false;
    co_await blocking([&called] { called = true; });
    EXPECT_TRUE(called);
  });
}

TEST_P(Blocking, ThrowsWhatTheFunctionThrows) {
  World world(GetParam());
  world.in_actor([&](Inside&) -> Task<> {
    std::string caught;
    try {
      co_await blocking([] { throw std::out_of_range("no such file"); });
    } catch (const std::out_of_range& error) {
      caught = error.what();
    }
    EXPECT_EQ(caught, "no such file");
  });
}

TEST_P(Blocking, TakesAndYieldsMoveOnlyValues) {
  World world(GetParam());
  world.in_actor([&](Inside&) -> Task<> {
    auto number = std::make_unique<int>(5);
    const auto result = co_await blocking(
        [](std::unique_ptr<int> taken) {
          ++*taken;
          return taken;
        },
        troupe::take(number));
    EXPECT_EQ(number, nullptr);
    EXPECT_EQ(*result, 6);
    // A named function object with state of its own moves in as well.
    auto function = [owned = std::make_unique<int>(7)] { return *owned; };
    const int seven = co_await blocking(troupe::take(function));
    EXPECT_EQ(seven, 7);
  });
}

TEST_P(Blocking, CopiesItsArguments) {
  World world(GetParam());
  world.in_actor([&](Inside&) -> Task<> {
    const std::string text = "unchanged";
    const auto length = co_await blocking(
        [](std::string own) {
          own += '!';
          return own.size();
        },
        text);
    EXPECT_EQ(length, 10u);
    EXPECT_EQ(text, "unchanged");
  });
}

TEST_P(Blocking, AnotherActorIsServedMeanwhile) {
  World world(GetParam());
  auto other = world->spawn<Inside>();
  Signal released;
  world.in_actor([&](Inside&) -> Task<> {
    other.tell<Inside::Step>([&](Inside&) -> Task<> {
      released.set();
      co_return;
    });
    // Without threads the call is a step like any other: nobody may wait in it.
    const bool wait = world.on_threads();
    co_await blocking([&released, wait] {
      if (wait) released.wait();
    });
  });
  other.stop();
  other.join().get();
  EXPECT_TRUE(released.is_set());
}

TEST(BlockingThreads, RunsOnAThreadOfItsOwn) {
  World world(threads(1));
  world.in_actor([&](Inside&) -> Task<> {
    const auto here = std::this_thread::get_id();
    const auto there = co_await blocking([] { return std::this_thread::get_id(); });
    EXPECT_NE(here, there);
  });
}

// More calls than threads: the rest waits for its turn.
TEST(BlockingThreads, NoMoreThreadsAreUsedThanTheOptionSays) {
  World world(threads(1), {.blocking_threads = 2});
  std::atomic<int> inside{0}, most{0}, done{0};
  const auto call = [&] {
    const int now = ++inside;
    int seen = most.load();
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
    --inside;
    ++done;
  };
  std::vector<troupe::Ref<Inside>> actors;
  for (int i = 0; i < 20; ++i) {
    actors.push_back(world->spawn<Inside>());
    actors.back().tell<Inside::Step>([&](Inside&) -> Task<> {
      for (int k = 0; k < 10; ++k) co_await blocking(std::cref(call));
    });
  }
  for (const auto& actor : actors) {
    actor.stop();
    actor.join().get();
  }
  EXPECT_EQ(done, 200);
  EXPECT_LE(most, 2);
}

TEST(BlockingThreads, ACallOutlivesTheActorThatWasKilledMeanwhile) {
  World world(threads(1));
  Signal started, may_end;
  std::atomic<bool> ended{false};
  auto actor = world->spawn<Inside>();
  actor.tell<Inside::Step>([&](Inside&) -> Task<> {
    const int never = co_await blocking([&started, &may_end, &ended] {
      started.set();
      may_end.wait();
      ended = true;
      return 1;
    });
    ADD_FAILURE() << "resumed with " << never;
  });
  started.wait();
  actor.kill();
  actor.join().get();
  may_end.set();
  world.end();
  EXPECT_TRUE(ended) << "the system waits for what still runs";
}

TEST_P(Blocking, ACallThatWaitsWhenTheSystemEndsStillHappens) {
  bool called = false;
  {
    World world(GetParam());
    auto actor = world->spawn<Inside>();
    Signal submitted;
    actor.tell<Inside::Step>([&](Inside& me) -> Task<> {
      submitted.set();
      me.self().kill();
      co_await blocking([&called] { called = true; });
    });
    world.await(submitted);
  }
  EXPECT_TRUE(called);
}

}  // namespace

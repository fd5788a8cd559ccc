// Systems one after the other and at once; the clocks and options they are given.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::System;
using troupe::Task;

struct Add {
  int by;
};
struct Get {};
struct Counter {
  int value = 0;
  void on(Add add) { value += add.by; }
  int on(Get) const { return value; }
};

TEST(Systems, OneAfterTheOther) {
  troupe::Ref<Counter> old;
  for (int i = 0; i < 30; ++i) {
    World world(i % 2 == 0 ? threads(2) : seeded(1));
    if (old) {
      EXPECT_FALSE(old.alive());
      old.tell<Add>(1);
      EXPECT_FALSE(old.try_ask<Get>().get().has_value());
    }
    const auto counter = world->spawn<Counter>({.name = "counter"});
    counter.tell<Add>(1);
    EXPECT_EQ(counter.ask<Get>().get(), 1);
    old = counter;
  }
}

TEST(Systems, SeveralAtOnceKeepToThemselves) {
  World one(threads(2)), two(threads(1)), three(seeded(1));
  const auto a = one->spawn<Counter>({.name = "counter"});
  const auto b = two->spawn<Counter>({.name = "counter"});
  const auto c = three->spawn<Counter>({.name = "counter"});
  EXPECT_FALSE(a == b || b == c);
  a.tell<Add>(1);
  b.tell<Add>(2);
  c.tell<Add>(3);
  EXPECT_EQ(a.ask<Get>().get() + b.ask<Get>().get() + c.ask<Get>().get(), 6);
  two.end();
  EXPECT_EQ(a.ask<Get>().get(), 1);
  b.tell<Add>(1);
  EXPECT_EQ(one->dead_letters().total(), 0u);
  EXPECT_EQ(three->dead_letters().total(), 0u);
}

TEST(Systems, AnActorMayAskOneOfAnotherSystem) {
  World one(threads(1)), two(threads(1));
  const auto counter = two->spawn<Counter>();
  one.in_actor([&](Inside&) -> Task<> {
    for (int i = 0; i < 50; ++i) co_await counter.ask<Add>(1);
    const int value = co_await counter.ask<Get>();
    EXPECT_EQ(value, 50);
  });
}

TEST(Systems, MayComeAndGoInManyThreadsAtOnce) {
  std::vector<std::thread> drivers;
  std::atomic<int> sum{0};
  for (int t = 0; t < 4; ++t) {
    drivers.emplace_back([&sum] {
      for (int i = 0; i < 10; ++i) {
        World world(threads(1));
        const auto counter = world->spawn<Counter>();
        for (int k = 0; k < 20; ++k) counter.tell<Add>(1);
        sum += counter.ask<Get>().get();
      }
    });
  }
  for (std::thread& driver : drivers) driver.join();
  EXPECT_EQ(sum, 800);
}

TEST(Systems, SendersMayOutliveTheSystem) {
  std::atomic<bool> ending{false};
  troupe::Ref<Counter> counter;
  std::thread sender;
  {
    World world(threads(2));
    counter = world->spawn<Counter>();
    sender = std::thread([&ending, counter] {
      while (!ending) {
        counter.tell<Add>(1);
        static_cast<void>(counter.try_ask<Get>().get());
      }
    });
    counter.ask<Get>().get();
  }
  ending = true;
  sender.join();
  EXPECT_FALSE(counter.alive());
}

TEST(Systems, OptionsAreReadByName) {
  System system({.workers = 3, .log = &troupe::null_log(), .seed = 5});
  EXPECT_EQ(system.workers(), 3u);
  EXPECT_EQ(&system.log(), &troupe::null_log());
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([] { System({.workers = 100'000}); }), "100000 workers");
  // Where nobody says how many, there is at least one.
  EXPECT_GE(System().workers(), 1u);
}

TEST(Systems, AManualClockMayServeSeveral) {
  troupe::ManualClock clock;
  clock.advance(5h);
  System one({.workers = 1, .clock = &clock});
  System two({.workers = 1, .clock = &clock});
  struct Alarm final : troupe::Actor<Alarm> {
    Signal* rung;
    explicit Alarm(Signal* signal) : rung(signal) { after(1h, Get{}); }
    void on(Get) { rung->set(); }
  };
  Signal first, second;
  one.spawn<Alarm>(&first);
  two.spawn<Alarm>(&second);
  clock.advance(59min);
  EXPECT_FALSE(first.is_set() || second.is_set());
  clock.advance(1min);
  first.wait();
  second.wait();
  EXPECT_EQ(one.now(), 6h);
}

}  // namespace

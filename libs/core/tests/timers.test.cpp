// Timers: after, every, keys, cancel; all in virtual time.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Task;
using troupe::TimerId;

struct Tick {
  int number;
};
struct Once {
  std::chrono::milliseconds delay;
  int number;
};
struct Keyed {
  std::string key;
  std::chrono::milliseconds delay;
  int number;
};
struct Repeat {
  std::chrono::milliseconds period;
  int number;
};
struct KeyedRepeat {
  std::string key;
  std::chrono::milliseconds period;
  int number;
};
struct Cancel {
  TimerId timer;
};
struct CancelKey {
  std::string key;
};
struct Seen {};
struct Fail {};

struct Clockwork final : troupe::Actor<Clockwork> {
  std::vector<int> ticks;
  TimerId on(Once once) { return after(once.delay, Tick{once.number}); }
  TimerId on(const Keyed& keyed) { return after(keyed.key, keyed.delay, Tick{keyed.number}); }
  TimerId on(Repeat repeat) { return every(repeat.period, Tick{repeat.number}); }
  TimerId on(const KeyedRepeat& keyed) { return every(keyed.key, keyed.period, Tick{keyed.number}); }
  bool on(Cancel message) { return cancel(message.timer); }
  bool on(const CancelKey& message) { return cancel(message.key); }
  void on(Tick tick) { ticks.push_back(tick.number); }
  std::vector<int> on(Seen) const { return ticks; }
  void on(Fail) { throw std::runtime_error("spring broken"); }
};

using Ticks = std::vector<int>;

class Timing : public OnEveryScheduler {
 protected:
  World world{GetParam()};
  troupe::Ref<Clockwork> clock = world->spawn<Clockwork>();
  Ticks seen() { return clock.ask<Seen>().get(); }
};
INSTANTIATE_TEST_SUITE_P(All, Timing, every_scheduler(), run_name);

TEST_P(Timing, ATimerFiresOnceAndNotBeforeItsDelay) {
  clock.ask<Once>(100ms, 1).get();
  world.advance(99ms);
  EXPECT_EQ(seen(), Ticks{});
  world.advance(1ms);
  EXPECT_EQ(seen(), Ticks{1});
  world.advance(1h);
  EXPECT_EQ(seen(), Ticks{1});
}

TEST_P(Timing, TimersFireInTheOrderOfTheirTimes) {
  clock.ask<Once>(300ms, 3).get();
  clock.ask<Once>(100ms, 1).get();
  clock.ask<Once>(70'000ms, 5).get();
  clock.ask<Once>(200ms, 2).get();
  clock.ask<Once>(5'000ms, 4).get();
  world.advance(2min);
  EXPECT_EQ(seen(), (Ticks{1, 2, 3, 4, 5}));
}

TEST_P(Timing, ATimerWithoutDelayFiresWithTheNextStepOfTime) {
  clock.ask<Once>(0ms, 1).get();
  clock.ask<Once>(-5ms, 2).get();
  world.advance(1ms);
  EXPECT_EQ(seen(), (Ticks{1, 2}));
}

TEST_P(Timing, AnHourIsAnHourAlsoAfterYears) {
  world.advance(std::chrono::hours(24 * 365 * 3));
  clock.ask<Once>(std::chrono::milliseconds(1h), 1).get();
  clock.ask<Once>(std::chrono::milliseconds(std::chrono::hours(24 * 365 * 5)), 2).get();
  world.advance(1h - 1ms);
  EXPECT_EQ(seen(), Ticks{});
  world.advance(1ms);
  EXPECT_EQ(seen(), Ticks{1});
  world.advance(std::chrono::hours(24 * 365 * 5) - 1h - 1ms);
  EXPECT_EQ(seen(), Ticks{1});
  world.advance(1ms);
  EXPECT_EQ(seen(), (Ticks{1, 2}));
}

TEST_P(Timing, EveryFiresAtEachPeriod) {
  clock.ask<Repeat>(10ms, 1).get();
  for (int i = 1; i <= 5; ++i) {
    world.advance(9ms);
    EXPECT_EQ(seen().size(), static_cast<std::size_t>(i - 1));
    world.advance(1ms);
    EXPECT_EQ(seen().size(), static_cast<std::size_t>(i));
  }
}

TEST_P(Timing, ACancelledTimerIsNotSeenAnyMore) {
  const TimerId once = clock.ask<Once>(10ms, 1).get();
  const TimerId repeat = clock.ask<Repeat>(10ms, 2).get();
  world.advance(10ms);
  EXPECT_EQ(seen(), (Ticks{1, 2}));
  EXPECT_FALSE(clock.ask<Cancel>(once).get()) << "it has fired";
  EXPECT_TRUE(clock.ask<Cancel>(repeat).get());
  EXPECT_FALSE(clock.ask<Cancel>(repeat).get());
  EXPECT_FALSE(clock.ask<Cancel>(TimerId{}).get());
  world.advance(1s);
  EXPECT_EQ(seen(), (Ticks{1, 2}));
}

TEST_P(Timing, ATimerReplacedUnderItsKeyIsNotSeenAnyMore) {
  clock.ask<Keyed>("retry", 10ms, 1).get();
  clock.ask<Keyed>("retry", 20ms, 2).get();
  clock.ask<Keyed>("other", 5ms, 3).get();
  world.advance(1s);
  EXPECT_EQ(seen(), (Ticks{3, 2}));
  clock.ask<KeyedRepeat>("retry", 10ms, 4).get();
  world.advance(10ms);
  clock.ask<Keyed>("retry", 10ms, 5).get();
  world.advance(50ms);
  EXPECT_EQ(seen(), (Ticks{3, 2, 4, 5}));
  clock.ask<Keyed>("retry", 10ms, 6).get();
  EXPECT_TRUE(clock.ask<CancelKey>("retry").get());
  EXPECT_FALSE(clock.ask<CancelKey>("retry").get());
  EXPECT_FALSE(clock.ask<CancelKey>("").get());
  world.advance(50ms);
  EXPECT_EQ(seen(), (Ticks{3, 2, 4, 5}));
}

// A turn that awaits while its timer fires finds the tick in the mailbox, behind itself: what it does to
// the timer counts all the same.
struct Rewind {
  std::string what;
};
struct Hold {};
struct Release {};
struct Holder {
  troupe::Reply<void> held;
  Signal* holding;
  explicit Holder(Signal* signal) : holding(signal) {}
  void on(Hold, troupe::Reply<void> reply) {
    held = std::move(reply);
    holding->set();
  }
  void on(Release) { held.answer(); }
};
struct Late final : troupe::Actor<Late> {
  Ticks ticks;
  troupe::Ref<Holder> holder;
  explicit Late(troupe::Ref<Holder> at) : holder(at) {}
  Task<> on(const Rewind& rewind) {
    const TimerId timer = after("key", 10ms, Tick{1});
    const TimerId repeating = every(10ms, Tick{7});
    co_await holder.ask<Hold>();
    if (rewind.what == "replace") after("key", 10ms, Tick{2});
    if (rewind.what == "cancel") cancel(timer);
    if (rewind.what == "cancel key") cancel("key");
    cancel(repeating);
  }
  void on(Tick tick) { ticks.push_back(tick.number); }
  Ticks on(Seen) const { return ticks; }
};

TEST_P(Timing, AQueuedTickOfATimerThatIsGoneIsNotSeenEither) {
  const std::vector<std::pair<std::string, Ticks>> cases{
      {"nothing", {1}}, {"replace", {2}}, {"cancel", {}}, {"cancel key", {}}};
  for (const auto& [what, expected] : cases) {
    Signal holding;
    auto holder = world->spawn<Holder>(&holding);
    auto late = world->spawn<Late>(holder);
    late.tell<Rewind>(what);
    world.await(holding);
    world.advance(10ms);
    holder.tell<Release>();
    late.ask<Seen>().get();
    world.advance(10ms);
    EXPECT_EQ(late.ask<Seen>().get(), expected) << what;
  }
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Timing, NoTickComesAfterTheEnd) {
  clock.ask<Once>(10ms, 1).get();
  clock.ask<Repeat>(10ms, 1).get();
  clock.stop();
  clock.join().get();
  world.advance(1s);
  auto failing = world->spawn<Clockwork>();
  failing.ask<Repeat>(10ms, 1).get();
  failing.tell<Fail>();
  static_cast<void>(failing.join().get());
  world.advance(1s);
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::no_actor], 0u);
}

TEST_P(Timing, AMessageThatIsSentLaterMayBeMoveOnly) {
  struct Parcel {
    std::unique_ptr<int> content;
  };
  struct Post final : troupe::Actor<Post> {
    int sum = 0;
    Post() {
      after(10ms, Parcel{std::make_unique<int>(3)});
      after(1h, Parcel{std::make_unique<int>(4)});  // never due: nothing leaks
    }
    void on(Parcel parcel) { sum += *parcel.content; }
    int on(Seen) const { return sum; }
  };
  auto post = world->spawn<Post>();
  world.advance(10ms);
  EXPECT_EQ(post.ask<Seen>().get(), 3);
}

TEST_P(Timing, APeriodThatIsTooShortIsRefusedWithASentence) {
  struct Hasty final : troupe::Actor<Hasty> {
    TimerId on(std::chrono::nanoseconds period) { return every(period, Seen{}); }
    void on(Seen) {}
  };
  for (const std::chrono::nanoseconds period : {100'000ns, 0ns, -1'000'000ns}) {
    auto hasty = world->spawn<Hasty>();
    EXPECT_PRED2(contains, hasty.try_ask(period).get().error().what(), "1 ms");
  }
}

// Missed periods are left out where time jumps: a tick for each would be a burst about the past.
TEST(TimingOnThreads, EveryLeavesOutTheTicksThatWereMissed) {
  World world(threads(2));
  auto clock = world->spawn<Clockwork>();
  clock.ask<Repeat>(10ms, 1).get();
  world.advance(1s);
  EXPECT_EQ(clock.ask<Seen>().get().size(), 1u);
  world.advance(10ms);
  EXPECT_EQ(clock.ask<Seen>().get().size(), 2u) << "and the phase is kept";
}

TEST_P(Timing, NowIsTheSystemsClock) {
  const auto steady = world->now();
  const auto wall = world->wall_time();
  world.advance(90min);
  EXPECT_EQ(world->now() - steady, 90min);
  EXPECT_EQ(world->wall_time() - wall, 90min);
  world.in_actor([&](Inside& me) -> Task<> {
    EXPECT_EQ(me.now() - steady, 90min);
    co_return;
  });
}

// The machine's own clock: an event is awaited, no time is measured.
TEST(TimingOnThreads, TimersFireOnTheMachinesClockToo) {
  troupe::System system({.workers = 1});
  struct Alarm final : troupe::Actor<Alarm> {
    Signal* rung;
    int left = 3;
    explicit Alarm(Signal* signal) : rung(signal) { every(1ms, Tick{1}); }
    void on(Tick) {
      if (--left == 0) rung->set();
    }
  };
  Signal rung;
  auto alarm = system.spawn<Alarm>(&rung);
  rung.wait();
  const auto outcome = alarm.try_ask<Tick>(1).within(1h).get();
  EXPECT_TRUE(outcome.has_value());
}

}  // namespace

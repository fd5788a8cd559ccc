// The life of an actor: Started, stop, kill, Stopping, Owned, join.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "doorkeeper.hpp"
#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Reason;
using troupe::Started;
using troupe::Stopping;
using troupe::StopReason;
using troupe::Task;

using Lines = std::vector<std::string>;

struct Ping {};
struct Say {
  std::string word;
};

class Lifecycle : public OnEveryScheduler {
 protected:
  Events events;
  Signal waiting;
  World world{GetParam()};
  troupe::Ref<Doorkeeper> gate = world->spawn<Doorkeeper>(&waiting);
};
INSTANTIATE_TEST_SUITE_P(All, Lifecycle, every_scheduler(), run_name);

// --- the beginning ----------------------------------------------------------------------------------------

struct Starter final : troupe::Actor<Starter> {
  Events* events;
  explicit Starter(Events* out) : events(out) { self().tell<Say>("from the constructor"); }
  void on(Started) { events->add("started"); }
  void on(const Say& say) { events->add(say.word); }
};

TEST_P(Lifecycle, StartedIsTheFirstTurn) {
  auto starter = world->spawn<Starter>(&events);
  starter.tell<Say>("from outside");
  starter.stop();
  starter.join().get();
  EXPECT_EQ(events.all(), (Lines{"started", "from the constructor", "from outside"}));
}

struct SlowStarter {
  troupe::Ref<Doorkeeper> gate;
  Events* events;
  Task<> on(Started) {
    events->add("starts");
    co_await gate.ask<Doorkeeper::Hold>();
    events->add("has started");
  }
  void on(const Say& say) { events->add(say.word); }
};

TEST_P(Lifecycle, StartedMayBeACoroutineAndIsTheFirstTurnStill) {
  auto starter = world->spawn<SlowStarter>(gate, &events);
  starter.tell<Say>("hello");
  world.await(waiting);
  EXPECT_EQ(events.all(), (Lines{"starts"}));
  gate.tell<Doorkeeper::Open>();
  starter.ask<Say>("bye").get();
  EXPECT_EQ(events.all(), (Lines{"starts", "has started", "hello", "bye"}));
}

struct BadStarter {
  void on(Started) { throw std::runtime_error("no fuel"); }
  int on(Ping) { return 1; }
};

TEST_P(Lifecycle, AFailureInStartedIsAFailureOfTheActor) {
  auto starter = world->spawn<BadStarter>();
  const auto outcome = starter.try_ask<Ping>().get();
  EXPECT_FALSE(outcome.has_value());
  static_cast<void>(starter.join().get());
  EXPECT_EQ(world.log().count("no fuel"), 1u);
}

TEST_P(Lifecycle, AnActorKilledBeforeItsFirstTurnLeavesNoDeadLetter) {
  for (int i = 0; i < 20; ++i) {
    auto starter = world->spawn<SlowStarter>(gate, &events);
    starter.kill();
    starter.join().get();
  }
  EXPECT_EQ(world->dead_letters().total(), 0u) << "nobody sent a message";
}

// --- the end ----------------------------------------------------------------------------------------------

struct Speaker {
  Events* events;
  std::string name;
  void on(const Say& say) { events->add(name + " says " + say.word); }
  void on(Stopping news) { events->add(name + " " + std::string(troupe::to_string(news.reason))); }
  ~Speaker() { events->add(name + " is gone"); }
};

TEST_P(Lifecycle, StopComesAfterWhatWasSentBeforeIt) {
  auto speaker = world->spawn<Speaker>(&events, "a");
  for (int i = 0; i < 3; ++i) speaker.tell<Say>(std::to_string(i));
  speaker.stop();
  speaker.tell<Say>("too late");
  speaker.join().get();
  EXPECT_EQ(events.all(), (Lines{"a says 0", "a says 1", "a says 2", "a stopped", "a is gone"}));
  EXPECT_EQ(world->dead_letters().total(), 1u);
}

TEST_P(Lifecycle, StoppingTwiceIsStoppingOnce) {
  auto speaker = world->spawn<Speaker>(&events, "a");
  speaker.stop();
  speaker.stop();
  speaker.kill();
  speaker.join().get();
  speaker.stop();
  speaker.kill();
  EXPECT_EQ(events.all().size(), 2u);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

struct SelfStopper final : troupe::Actor<SelfStopper> {
  Events* events;
  explicit SelfStopper(Events* out) : events(out) {}
  void on(Ping) {
    stop();
    events->add("stops");
  }
  void on(const Say& say) { events->add(say.word); }
};
TEST_P(Lifecycle, AnActorMayStopItself) {
  auto actor = world->spawn<SelfStopper>(&events);
  actor.tell<Say>("one");
  actor.tell<Ping>();
  actor.join().get();
  EXPECT_EQ(events.all(), (Lines{"one", "stops"}));
  EXPECT_FALSE(actor.alive());
}

TEST_P(Lifecycle, AnExclusiveTurnThatAwaitsEndsBeforeTheStopBehindIt) {
  auto actor = world->spawn<Inside>();
  actor.tell<Inside::Step>([&](Inside&) -> Task<> {
    co_await gate.ask<Doorkeeper::Hold>();
    events.add("turn ends");
  });
  world.await(waiting);
  EndOf end(world, actor);
  actor.stop();
  gate.tell<Doorkeeper::Open>();
  EXPECT_EQ(end.get().reason, StopReason::stopped);
  EXPECT_EQ(events.all(), (Lines{"turn ends"}));
}

/// Tells when it is destroyed.
class Guard {
 public:
  Guard(Events& events, std::string name) : events_(events), name_(std::move(name)) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { events_.add(name_ + " destroyed"); }

 private:
  Events& events_;
  std::string name_;
};

TEST_P(Lifecycle, AKillEndsATurnAtItsSuspensionAndDestroysItsLocals) {
  auto actor = world->spawn<Inside>();
  const auto inner = [&]() -> Task<> {
    const Guard guard(events, "inner");
    co_await gate.ask<Doorkeeper::Hold>();
    events.add("never");
  };
  actor.tell<Inside::Step>([&](Inside&) -> Task<> {
    const Guard guard(events, "outer");
    co_await inner();
    events.add("never");
  });
  world.await(waiting);
  EndOf end(world, actor);
  actor.kill();
  EXPECT_EQ(end.get().reason, StopReason::killed);
  EXPECT_EQ(events.all(), (Lines{"inner destroyed", "outer destroyed"}));
  // Its ask is dropped: the answer comes too late.
  gate.ask<Doorkeeper::Open>().get();
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::late_reply], 1u);
}

TEST_P(Lifecycle, AKillDuringATurnTakesEffectAtItsEnd) {
  auto actor = world->spawn<Inside>();
  EndOf end(world, actor);
  actor.tell<Inside::Step>([&](Inside& me) -> Task<> {
    me.self().kill();
    events.add("to the end of the turn");
    co_return;
  });
  actor.tell<Inside::Step>([&](Inside&) -> Task<> {
    events.add("never");
    co_return;
  });
  EXPECT_EQ(end.get().reason, StopReason::killed);
  EXPECT_EQ(events.all(), (Lines{"to the end of the turn"}));
}

TEST_P(Lifecycle, AKilledActorAnswersItsPendingAsksWithKilled) {
  Signal answered;
  auto actor = world->spawn<Inside>();
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    const Inside::Body body = [&](Inside&) -> Task<> { co_await gate.ask<Doorkeeper::Hold>(); };
    auto [in_hand, queued] =
        co_await troupe::all(actor.try_ask<Inside::Step>(body), actor.try_ask<Inside::Step>(body));
    EXPECT_EQ(in_hand.error().reason(), Reason::killed);
    EXPECT_EQ(queued.error().reason(), Reason::killed);
    answered.set();
  });
  world.await(waiting);
  actor.kill();
  world.await(answered);
}

struct BadStopper {
  Events* events;
  void on(Stopping) { throw std::runtime_error("can't let go"); }
  ~BadStopper() { events->add("gone"); }
};
TEST_P(Lifecycle, AnExceptionFromStoppingIsLoggedAndTheActorEnds) {
  auto actor = world->spawn<BadStopper>(&events);
  EndOf end(world, actor);
  actor.stop();
  EXPECT_EQ(end.get().reason, StopReason::stopped);
  EXPECT_EQ(events.all(), (Lines{"gone"}));
  EXPECT_EQ(world.log().count("can't let go"), 1u);
}

TEST_P(Lifecycle, JoinOfAnActorThatHasEndedIsAnsweredAtOnce) {
  auto speaker = world->spawn<Speaker>(&events, "a");
  speaker.stop();
  speaker.join().get();
  const auto again = speaker.join().get();
  EXPECT_TRUE(again.is(speaker));
  world.in_actor([&](Inside&) -> Task<> {
    const auto end = co_await speaker.join();
    EXPECT_TRUE(end.is(speaker));
  });
}

Task<> do_nothing(Inside&) { co_return; }

TEST_P(Lifecycle, JoinMayHaveADeadline) {
  Signal tried;
  auto asker = world->spawn<Inside>();
  auto speaker = world->spawn<Speaker>(&events, "a");
  asker.tell<Inside::Step>([&](Inside& me) -> Task<> {
    me.after(1ms, Inside::Step{do_nothing});
    Reason reason{};
    try {
      auto join = speaker.join().within(1s);
      static_cast<void>(co_await std::move(join));
    } catch (const troupe::AskError& error) {
      reason = error.reason();
    }
    EXPECT_EQ(reason, Reason::timeout);
    tried.set();
  });
  // A deadline counts from when it was armed: move on until it must have been.
  while (!tried.is_set()) world.advance(1s);
}

TEST_P(Lifecycle, WhatHasBeenJoinedIsGoneFromEverywhere) {
  for (int i = 0; i < 50; ++i) {
    auto speaker = world->spawn<Speaker>({.name = "speaker"}, &events, "a");
    speaker.stop();
    speaker.join().get();
    EXPECT_FALSE(speaker.alive());
    EXPECT_FALSE(world->find<Speaker>("speaker").has_value());
  }
}

// --- Owned ------------------------------------------------------------------------------------------------

TEST_P(Lifecycle, AnOwnedActorStopsWhenItsOwnerGoes) {
  troupe::Ref<Speaker> ref;
  {
    const auto owned = world->spawn_owned<Speaker>({.name = "owned"}, &events, "a");
    ref = owned.ref();
    owned->tell<Say>("here");
    EXPECT_TRUE(ref.alive());
  }
  ref.join().get();
  EXPECT_EQ(events.all(), (Lines{"a says here", "a stopped", "a is gone"}));
}

TEST_P(Lifecycle, AnOwnedActorMovesWithItsOwnerAndMayBeReleased) {
  auto first = world->spawn_owned<Speaker>(&events, "a");
  const troupe::Ref<Speaker> a = first;
  auto second = std::move(first);
  first = {};
  EXPECT_TRUE(a.alive());
  second = world->spawn_owned<Speaker>(&events, "b");
  a.join().get();
  const troupe::Ref<Speaker> b = second.release();
  second = {};
  EXPECT_TRUE(b.alive());
  b.ask<Say>("still here").get();
}

}  // namespace

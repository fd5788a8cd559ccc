// An actor that asks itself to stop: in its own order, whether the wish travels as a message or not.
#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "doorkeeper.hpp"
#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Stopping;
using troupe::StopReason;
using troupe::Task;

using Lines = std::vector<std::string>;

struct Say {
  std::string word;
};

/// Does what it is told in a plain turn, and in one that may await.
struct Actor final : troupe::Actor<Actor> {
  struct Do {
    std::function<void(Actor&)> body;
  };
  struct DoAndAwait {
    std::function<Task<>(Actor&)> body;
  };
  struct DoAndAnswer {
    std::function<void(Actor&)> body;
  };

  Events* events;
  explicit Actor(Events* out) : events(out) {}
  ~Actor() { events->add("gone"); }
  void on(const Do& message) { message.body(*this); }
  Task<> on(const DoAndAwait& message) { co_await message.body(*this); }
  int on(const DoAndAnswer& message) {
    message.body(*this);
    return 42;
  }
  void on(const Say& say) { events->add(say.word); }
  void on(Stopping news) { events->add(std::string(troupe::to_string(news.reason))); }

  using troupe::Actor<Actor>::self;
  using troupe::Actor<Actor>::spawn;
  using troupe::Actor<Actor>::stash;
  using troupe::Actor<Actor>::stop;
  using troupe::Actor<Actor>::unstash_all;
};

class OwnStops : public OnEveryScheduler {
 protected:
  Events events;
  Signal waiting;
  World world{GetParam()};
  troupe::Ref<Doorkeeper> gate = world->spawn<Doorkeeper>(&waiting);
  troupe::Ref<Actor> actor = world->spawn<Actor>(&events);
};
INSTANTIATE_TEST_SUITE_P(All, OwnStops, every_scheduler(), run_name);

TEST_P(OwnStops, ComeAfterWhatTheActorHasSentItselfBefore) {
  actor.tell<Actor::Do>([](Actor& me) {
    me.self().tell<Say>("before");
    me.stop();
    me.self().tell<Say>("after");
  });
  actor.join().get();
  EXPECT_EQ(events.all(), (Lines{"before", "stopped", "gone"}));
  EXPECT_EQ(world->dead_letters().total(), 1u);
}

TEST_P(OwnStops, ComeBeforeWhatIsSentAfterThem) {
  actor.tell<Actor::Do>([](Actor& me) {
    me.stop();
    me.self().tell<Say>("after");
  });
  actor.join().get();
  EXPECT_EQ(events.all(), (Lines{"stopped", "gone"}));
  EXPECT_EQ(world->dead_letters().total(), 1u);
}

TEST_P(OwnStops, TakeEffectAtTheEndOfTheTurn) {
  actor.tell<Actor::Do>([](Actor& me) {
    me.stop();
    me.events->add("goes on");
  });
  actor.join().get();
  EXPECT_EQ(events.all(), (Lines{"goes on", "stopped", "gone"}));
}

TEST_P(OwnStops, LetTheTurnAwaitStill) {
  actor.tell<Actor::DoAndAwait>([&](Actor& me) -> Task<> {
    me.stop();
    co_await gate.ask<Doorkeeper::Hold>();
    me.events->add("turn ends");
  });
  world.await(waiting);
  EXPECT_TRUE(actor.alive());
  EndOf end(world, actor);
  actor.tell<Say>("after");
  gate.tell<Doorkeeper::Open>();
  EXPECT_EQ(end.get().reason, StopReason::stopped);
  EXPECT_EQ(events.all(), (Lines{"turn ends", "stopped", "gone"}));
  EXPECT_EQ(world->dead_letters().total(), 1u);
}

TEST_P(OwnStops, InAPartOfATurnThatHasAwaitedWorkAsWell) {
  actor.tell<Actor::DoAndAwait>([&](Actor& me) -> Task<> {
    co_await gate.ask<Doorkeeper::Hold>();
    me.stop();
    me.events->add("turn ends");
  });
  world.await(waiting);
  gate.tell<Doorkeeper::Open>();
  actor.join().get();
  EXPECT_EQ(events.all(), (Lines{"turn ends", "stopped", "gone"}));
}

TEST_P(OwnStops, AreForgottenWhenTheTurnFails) {
  EndOf end(world, actor);
  actor.tell<Actor::Do>([](Actor& me) {
    me.stop();
    throw std::runtime_error("no");
  });
  EXPECT_EQ(end.get().reason, StopReason::failed);
}

TEST_P(OwnStops, GiveWayToAKill) {
  EndOf end(world, actor);
  actor.tell<Actor::Do>([](Actor& me) {
    me.stop();
    me.self().kill();
  });
  EXPECT_EQ(end.get().reason, StopReason::killed);
}

TEST_P(OwnStops, AreOneStopHoweverOftenTheyAreAskedFor) {
  actor.tell<Actor::Do>([](Actor& me) {
    me.stop();
    me.stop();
    me.self().stop();
  });
  actor.join().get();
  EXPECT_EQ(events.all(), (Lines{"stopped", "gone"}));
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(OwnStops, ComeAfterWhatIsUnstashed) {
  actor.tell<Actor::Do>([](Actor& me) {
    me.stash(Say{"stashed"});
    me.stop();
    me.unstash_all();
  });
  actor.join().get();
  EXPECT_EQ(events.all(), (Lines{"stashed", "stopped", "gone"}));
}

TEST_P(OwnStops, AnswerTheAskInHand) {
  EXPECT_EQ(actor.ask<Actor::DoAndAnswer>([](Actor& me) { me.stop(); }).get(), 42);
  actor.join().get();
  EXPECT_EQ(events.all(), (Lines{"stopped", "gone"}));
}

TEST_P(OwnStops, WithinAnAskFromAnActorAreTheSame) {
  auto asker = world->spawn<Inside>();
  asker
      .ask<Inside::Step>([&](Inside&) -> Task<> {
        const int answer = co_await actor.ask<Actor::DoAndAnswer>([](Actor& me) { me.stop(); });
        events.add("answer " + std::to_string(answer));
      })
      .get();
  actor.join().get();
  const Lines all = events.all();
  EXPECT_EQ(all.size(), 3u);
  EXPECT_EQ(std::count(all.begin(), all.end(), "answer 42"), 1);
}

TEST_P(OwnStops, StopTheChildrenFirst) {
  Events ends;
  actor.tell<Actor::Do>([&](Actor& me) {
    me.spawn<Actor>(&ends).tell<Say>("child");
    me.stop();
  });
  actor.join().get();
  EXPECT_EQ(ends.all(), (Lines{"child", "stopped", "gone"}));
  EXPECT_EQ(events.all(), (Lines{"stopped", "gone"}));
}

struct Reentrant final : troupe::Actor<Reentrant> {
  static constexpr troupe::Turns turns = troupe::reentrant;
  Events* events;
  explicit Reentrant(Events* out) : events(out) {}
  struct Do {
    std::function<Task<>(Reentrant&)> body;
  };
  Task<> on(Do message) { co_await message.body(*this); }
  using troupe::Actor<Reentrant>::stop;
};

TEST_P(OwnStops, OfAReentrantActorLetItsOtherTurnsEnd) {
  auto many = world->spawn<Reentrant>(&events);
  many.tell<Reentrant::Do>([&](Reentrant& me) -> Task<> {
    co_await gate.ask<Doorkeeper::Hold>();
    me.events->add("first turn ends");
  });
  world.await(waiting);
  many.ask<Reentrant::Do>([&](Reentrant& me) -> Task<> {
        me.stop();
        me.events->add("stops");
        co_return;
      })
      .get();
  EndOf end(world, many);
  gate.tell<Doorkeeper::Open>();
  EXPECT_EQ(end.get().reason, StopReason::stopped);
  EXPECT_EQ(events.all(), (Lines{"stops", "first turn ends"}));
}

TEST_P(OwnStops, OfThousandsInARowLeaveNobodyBehind) {
  for (int i = 0; i < 2'000; ++i) {
    auto one = world->spawn<Actor>(&events);
    one.tell<Actor::Do>([](Actor& me) { me.stop(); });
    one.join().get();
  }
  EXPECT_EQ(events.all().size(), 4'000u);
  EXPECT_EQ(world->tree().size(), 2u) << "the gate and the first actor";
}

}  // namespace

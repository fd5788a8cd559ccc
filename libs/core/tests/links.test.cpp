// Links: actors that fail together.
#include <stdexcept>
#include <string>

#include "supervision_support.hpp"

namespace {

using namespace troupe_test;
using troupe::StopReason;
using troupe::Terminated;

class Links : public Supervising {};
INSTANTIATE_TEST_SUITE_P(All, Links, every_scheduler(), run_name);

struct Twin final : troupe::Actor<Twin> {
  struct Link {
    troupe::Ref<Twin> other;
  };
  struct Unlink {
    troupe::Ref<Twin> other;
  };
  int on(const Link& message) {
    link(message.other);
    return 0;
  }
  int on(const Unlink& message) {
    unlink(message.other);
    return 0;
  }
  void on(const Crash& crash) { throw std::runtime_error(crash.why); }
  int on(Count) { return ++count; }
  int count = 0;
};

TEST_P(Links, LinkedActorsFailTogetherWhicheverFailsFirst) {
  for (const bool linker_fails : {true, false}) {
    const auto a = world->spawn<Twin>({.name = "a"});
    const auto b = world->spawn<Twin>({.name = "b"});
    a.ask<Twin::Link>(b).get();
    settle(b);
    const auto first = linker_fails ? a : b;
    const auto second = linker_fails ? b : a;
    EndOf end(world, second);
    EndOf end_of_first(world, first);
    first.tell<Crash>();
    end_of_first.get();
    const Terminated news = end.get();
    EXPECT_EQ(news.reason, StopReason::failed);
    const auto* why = troupe::cause_as<troupe::LinkBroken>(news.cause);
    ASSERT_NE(why, nullptr);
    EXPECT_TRUE(contains(why->what(), "was linked to"));
    EXPECT_NE(troupe::cause_as<std::runtime_error>(why->cause()), nullptr);
  }
}

TEST_P(Links, AStopIsNoFailureForTheOtherButAKillIs) {
  for (const bool kill : {false, true}) {
    const auto a = world->spawn<Twin>();
    const auto b = world->spawn<Twin>();
    a.ask<Twin::Link>(b).get();
    EndOf end_of_b(world, b);
    EndOf end_of_a(world, a);
    kill ? b.kill() : b.stop();
    end_of_b.get();
    if (kill) {
      EXPECT_EQ(end_of_a.get().reason, StopReason::failed);
    } else {
      EXPECT_EQ(settle(a), 1);
    }
  }
}

TEST_P(Links, ALinkToAnActorThatHasEndedFailsAtOnce) {
  const auto a = world->spawn<Twin>();
  const auto b = world->spawn<Twin>();
  b.stop();
  b.join().get();
  EndOf end(world, a);
  a.tell<Twin::Link>(b);
  EXPECT_NE(troupe::cause_as<troupe::LinkBroken>(end.get().cause), nullptr);
}

TEST_P(Links, AnUnlinkedActorGoesOn) {
  const auto a = world->spawn<Twin>();
  const auto b = world->spawn<Twin>();
  a.ask<Twin::Link>(b).get();
  a.ask<Twin::Unlink>(b).get();
  EndOf end(world, b);
  b.tell<Crash>();
  end.get();
  EXPECT_EQ(settle(a), 1);
}

TEST_P(Links, SupervisedActorsThatAreLinkedAreRestartedTogetherAndNotLinkedAnyMore) {
  const auto shop = world->supervise({.intensity = {.restarts = 10}});
  const auto a = shop.spawn<Twin>();
  const auto b = shop.spawn<Twin>();
  a.ask<Twin::Link>(b).get();
  settle(b);
  b.tell<Crash>();
  await_restarts(shop, 0, 1);
  await_restarts(shop, 1, 1);
  b.tell<Crash>();
  await_restarts(shop, 1, 2);
  EXPECT_EQ(settle(a), 1);
  EXPECT_EQ(shop.children().at(0).restarts, 1u);
}

}  // namespace

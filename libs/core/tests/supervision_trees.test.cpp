// Supervisors of supervisors, actors that supervise, and trees that start as one.
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "supervision_support.hpp"

namespace {

using namespace troupe_test;
using troupe::AutoShutdown;
using troupe::StopReason;
using troupe::Supervisor;
using troupe::Terminated;

class SupervisionTrees : public Supervising {};
INSTANTIATE_TEST_SUITE_P(All, SupervisionTrees, every_scheduler(), run_name);

TEST_P(SupervisionTrees, ASupervisorThatGivesUpIsAFailureToItsOwnWhichRestartsItsWholeTree) {
  const auto top = world->supervise({.name = "top"});
  const auto shop = top.supervise({.name = "shop", .intensity = {.restarts = 0}});
  const auto a = shop.spawn<Worker>({.name = "a"}, &events, "a");
  const auto b = shop.spawn<Worker>({.name = "b"}, &events, "b");
  settle(b);
  a.tell<Crash>();
  EXPECT_EQ(settle(a), 1);
  EXPECT_EQ(settle(b), 1);
  EXPECT_EQ(b.path(), "top/shop/b");
  EXPECT_EQ(events.all(),
            (Lines{"a starts", "b starts", "b before restart", "a before restart", "a starts", "b starts"}));
  EXPECT_TRUE(shop.alive());
  EXPECT_EQ(world.log().count("critical"), 0u);
}

TEST_P(SupervisionTrees, AnEscalationGoesUpToTheTopAndKeepsTheChainOfItsCauses) {
  const auto top = world->supervise({.name = "top", .intensity = {.restarts = 0}});
  const auto shop = top.supervise({.name = "shop", .intensity = {.restarts = 0}});
  const auto a = shop.spawn<Worker>({.name = "a"}, &events, "a");
  EndOf end(world, top);
  a.tell<Crash>();
  const Terminated news = end.get();
  EXPECT_EQ(news.reason, StopReason::escalated);
  const auto* outer = troupe::cause_as<troupe::Escalated>(news.cause);
  ASSERT_NE(outer, nullptr);
  const auto* inner = troupe::cause_as<troupe::Escalated>(outer->cause());
  ASSERT_NE(inner, nullptr);
  EXPECT_NE(troupe::cause_as<std::runtime_error>(inner->cause()), nullptr);
  EXPECT_FALSE(a.alive());
  EXPECT_EQ(world.log().count("critical: top (Supervisor) gave up: top/shop failed"), 1u);
}

TEST_P(SupervisionTrees, TransientOrNotASupervisorThatGivesUpDoesNotVanishSilently) {
  const auto top = world->supervise({.name = "top"});
  const auto shop =
      top.supervise({.name = "shop", .intensity = {.restarts = 0}, .restart = troupe::temporary});
  const auto a = shop.spawn<Worker>(&events, "a");
  EndOf end(world, shop);
  a.tell<Crash>();
  EXPECT_EQ(end.get().reason, StopReason::escalated);
  EXPECT_EQ(world.log().count("error: top/shop (Supervisor) gave up"), 1u);
  EXPECT_TRUE(top.alive());
}

TEST(SupervisionOptions, AnEscalationAtTheTopMayEndTheSystem) {
  World world(threads(2), {.stop_on_escalation = true});
  Events events;
  const auto bystander = world->spawn<Worker>(&events, "bystander");
  const auto shop = world->supervise({.intensity = {.restarts = 0}});
  const auto a = shop.spawn<Worker>(&events, "a");
  a.tell<Crash>();
  bystander.join().get();
  EXPECT_TRUE(contains(events.all().back(), "stopping, "));
  EXPECT_EQ(world.log().count("critical"), 1u);
}

/// Supervises its own children, and forgets what it knew when it is restarted.
struct Boss final : troupe::Actor<Boss> {
  static constexpr troupe::SupervisorOptions supervision{.strategy = troupe::one_for_all};

  explicit Boss(Events* out) : events(out) {
    first = spawn<Worker>({.name = "first"}, events, "first");
    second = spawn<Worker>({.name = "second"}, events, "second");
  }
  std::pair<troupe::Ref<Worker>, troupe::Ref<Worker>> on(Quit) const { return {first, second}; }
  int on(Count) { return ++count; }
  void on(const Crash& crash) { throw std::runtime_error(crash.why); }
  troupe::Task<int> on(Say) {
    // Crashes its own child, and waits for what its next incarnation answers.
    first.tell<Crash>();
    const int answer = co_await first.ask<Count>();
    co_return answer;
  }

  Events* events;
  troupe::Ref<Worker> first;
  troupe::Ref<Worker> second;
  int count = 0;
};

TEST_P(SupervisionTrees, AnActorSupervisesItsChildrenAsItsClassDeclaresEvenWhileItAwaits) {
  const auto boss = world->spawn<Boss>(&events);
  EXPECT_EQ(boss.ask<Say>("x").within(troupe::Duration::max()).get(), 1);
  const auto [first, second] = boss.ask<Quit>().get();
  settle(second);
  EXPECT_EQ(events.all(), (Lines{"first starts", "second starts", "second before restart",
                                 "first before restart", "first starts", "second starts"}));
}

TEST_P(SupervisionTrees, AnActorThatIsRestartedEndsItsChildrenFirstAndSpawnsNewOnes) {
  const auto shop = world->supervise();
  const auto boss = shop.spawn<Boss>({.name = "boss"}, &events);
  const auto [old_first, old_second] = boss.ask<Quit>().get();
  EndOf end(world, old_first);
  boss.tell<Crash>();
  const auto [first, second] = boss.ask<Quit>().within(troupe::Duration::max()).get();
  EXPECT_EQ(end.get().reason, StopReason::stopped);
  EXPECT_NE(first, old_first);
  EXPECT_EQ(first.path(), "0/boss/first");
  EXPECT_EQ(events.all(), (Lines{"first starts", "second starts", "second stopping, stopped",
                                 "first stopping, stopped", "first starts", "second starts"}));
  EXPECT_TRUE(second.alive());
}

struct Root final : troupe::Actor<Root> {
  explicit Root(Events* out) : events(out) {
    spawn<Worker>(events, "child");
    events->add("root starts");
  }
  void on(const Crash&) { throw std::runtime_error("x"); }
  void on(const Say& say) { events->add("root says " + say.word); }
  int on(Count) { return ++count; }
  Events* events;
  int count = 0;
};

TEST_P(SupervisionTrees, ARestartWaitsForTheChildrenAndKeepsTheMessagesThatArriveMeanwhile) {
  const auto shop = world->supervise();
  const auto root = shop.spawn<Root>(&events);
  world.in_actor([&](Inside&) -> troupe::Task<> {
    root.tell<Crash>();
    root.tell<Say>("1");
    root.tell<Say>("2");
    co_return;
  });
  settle(root);
  EXPECT_EQ(events.all(), (Lines{"child starts", "root starts", "child stopping, stopped", "child starts",
                                 "root starts", "root says 1", "root says 2"}));
}

// --- starting a tree --------------------------------------------------------------------------------------

struct Refuses {
  Refuses() { throw std::runtime_error("no port"); }
  int on(Count) { return 0; }
};

TEST_P(SupervisionTrees, AStartListWhoseThirdOfFourFailsIsUndoneInReverseAndNamesTheThird) {
  bool fourth = false;
  const std::string text = thrown<troupe::SpawnError>([&] {
    world->supervise({.name = "shop", .intensity = {.restarts = 0}}, [&](const Supervisor& shop) {
      shop.spawn<Worker>({.name = "one"}, &events, "one");
      shop.spawn<Worker>({.name = "two"}, &events, "two");
      shop.spawn<Refuses>({.name = "three"});
      fourth = true;
    });
  });
  EXPECT_EQ(text,
            "can't start the tree of 'shop' at shop/three (Refuses): std::runtime_error: no port; what it "
            "had started "
            "has been stopped");
  EXPECT_FALSE(fourth);
  EXPECT_EQ(events.all(),
            (Lines{"one starts", "two starts", "two stopping, stopped", "one stopping, stopped"}));
  EXPECT_FALSE(world->find<Worker>("shop/one"));
}

TEST_P(SupervisionTrees, ATreeThatStartsIsHandedOut) {
  troupe::Ref<Worker> one;
  const auto shop = world->supervise({.name = "shop"}, [&](const Supervisor& start) {
    one = start.spawn<Worker>({.name = "one"}, &events, "one");
  });
  EXPECT_EQ(settle(one), 1);
  EXPECT_EQ(shop.children().size(), 1u);
  EXPECT_EQ(shop.children().at(0).path, "shop/one");
}

// --- ends that count --------------------------------------------------------------------------------------

TEST_P(SupervisionTrees, ASupervisorEndsWithTheFirstOrTheLastOfItsSignificantChildren) {
  for (const bool any : {true, false}) {
    const auto shop = world->supervise({.auto_shutdown = any ? AutoShutdown::any : AutoShutdown::all});
    const auto a = shop.spawn<Worker>({.significant = true}, &events, "a");
    const auto b = shop.spawn<Worker>({.significant = true}, &events, "b");
    const auto c = shop.spawn<Worker>(&events, "c");
    EndOf end(world, shop);
    EndOf end_of_c(world, c);
    c.tell<Quit>();
    end_of_c.get();
    EXPECT_TRUE(shop.alive());
    EndOf end_of_a(world, a);
    a.tell<Quit>();
    end_of_a.get();
    if (!any) {
      EXPECT_EQ(settle(b), 1);
      EXPECT_TRUE(shop.alive());
      b.tell<Quit>();
    }
    EXPECT_EQ(end.get().reason, StopReason::stopped);
    EXPECT_FALSE(b.alive());
  }
}

TEST_P(SupervisionTrees, TheTreeShowsWhoRestartsAndWhy) {
  const auto shop = world->supervise({.name = "shop", .backoff = {.first = 1h, .max = 1h}});
  const auto a = shop.spawn<Worker>({.name = "a"}, &events, "a");
  a.tell<Crash>();
  await_state(shop, 0, troupe::ActorState::restarting);
  const auto tree = world->tree();
  ASSERT_EQ(tree.size(), 2u);
  EXPECT_EQ(tree[0].actor, "Supervisor");
  EXPECT_EQ(tree[1].state, troupe::ActorState::restarting);
  EXPECT_EQ(tree[1].last_cause, "std::runtime_error: out of paper");
  EXPECT_TRUE(contains(to_string(tree), "after std::runtime_error: out of paper"));
}

TEST(SupervisionDeadlines, AChildThatIgnoresItsDeadlineIsNamedAndItsSiblingsStopNormally) {
  World world(threads(2));
  Events events;
  Signal gate;
  const auto shop = world->supervise({.name = "shop"});
  const auto a = shop.spawn<Worker>({.name = "a"}, &events, "a");
  struct Stuck {
    void on(Say) { gate->wait(); }
    Signal* gate;
    Signal* inside;
    void on(Count) { inside->set(), gate->wait(); }
  };
  Signal inside;
  const auto stuck =
      shop.spawn<Stuck>({.name = "stuck", .pinned = true, .shutdown_deadline = 100ms}, &gate, &inside);
  EndOf end_of_a(world, a);
  stuck.tell<Count>();
  inside.wait();
  shop.stop();
  // The supervisor has told it to stop when it looks at its clock: move that until the deadline has passed.
  while (world.log().count("shop/stuck did not stop within its shutdown deadline: it is killed") == 0) {
    world.advance(10ms);
    std::this_thread::yield();
  }
  EXPECT_EQ(end_of_a.get().reason, StopReason::stopped);
  EXPECT_TRUE(stuck.alive());
  gate.set();
  shop.join().get();
}

}  // namespace

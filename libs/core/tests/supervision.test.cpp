// Supervision: who is restarted when an actor fails, what it keeps, and when its supervisor gives up.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "supervision_support.hpp"

namespace {

using namespace troupe_test;
using troupe::StopReason;
using troupe::Terminated;

class Supervision : public Supervising {};
INSTANTIATE_TEST_SUITE_P(All, Supervision, every_scheduler(), run_name);

TEST_P(Supervision, AnActorThatFailsIsBuiltAnewBehindTheSameAddress) {
  const auto shop = world->supervise({.name = "shop"});
  const auto worker = shop.spawn<Worker>({.name = "worker"}, &events, "worker");
  EXPECT_EQ(settle(worker), 1);
  EXPECT_EQ(settle(worker), 2);
  worker.tell<Crash>();
  EXPECT_EQ(settle(worker), 1);
  EXPECT_EQ(events.all(), (Lines{"worker starts", "worker before restart", "worker starts"}));
  EXPECT_EQ(worker.path(), "shop/worker");
  EXPECT_EQ(*world->find<Worker>("shop/worker"), worker);
}

TEST_P(Supervision, MessagesThatWereQueuedAtACrashReachTheNewObjectInOrder) {
  const auto shop = world->supervise();
  const auto worker = shop.spawn<Worker>(&events, "w");
  world.in_actor([&](Inside&) -> troupe::Task<> {
    worker.tell<Say>("1");
    worker.tell<Crash>();
    worker.tell<Say>("2");
    worker.tell<Say>("3");
    co_return;
  });
  settle(worker);
  EXPECT_EQ(events.all(),
            (Lines{"w starts", "w says 1", "w before restart", "w starts", "w says 2", "w says 3"}));
}

TEST_P(Supervision, TheAskThatCrashedFailsAtOnceWithTheCause) {
  struct Picky {
    int on(Say) { throw std::runtime_error("no"); }
    int on(Count) { return 1; }
  };
  const auto worker = world->supervise().spawn<Picky>();
  const auto answer = worker.try_ask<Say>("x").get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason(), troupe::Reason::failed);
  EXPECT_NE(troupe::cause_as<std::runtime_error>(answer.error().cause()), nullptr);
  EXPECT_EQ(settle(worker), 1);
}

TEST_P(Supervision, RestForOneRestartsTheOneThatFailedAndThoseStartedAfterIt) {
  const auto shop = world->supervise({.strategy = troupe::rest_for_one});
  const auto a = shop.spawn<Worker>(&events, "a");
  const auto b = shop.spawn<Worker>(&events, "b");
  const auto c = shop.spawn<Worker>(&events, "c");
  settle(a);
  b.tell<Crash>();
  settle(b);
  settle(c);
  EXPECT_EQ(events.all(), (Lines{"a starts", "b starts", "c starts", "c before restart", "b before restart",
                                 "b starts", "c starts"}));
  EXPECT_EQ(settle(a), 2);
}

TEST_P(Supervision, OneForAllRestartsAllInOrderButNotTheTemporaryOne) {
  const auto shop = world->supervise({.strategy = troupe::one_for_all});
  const auto a = shop.spawn<Worker>(&events, "a");
  const auto t = shop.spawn<Worker>({.restart = troupe::temporary}, &events, "t");
  const auto c = shop.spawn<Worker>(&events, "c");
  EndOf end(world, t);
  c.tell<Crash>();
  settle(c);
  settle(a);
  EXPECT_EQ(end.get().reason, StopReason::stopped);
  EXPECT_EQ(events.all(), (Lines{"a starts", "t starts", "c starts", "c before restart",
                                 "t stopping, stopped", "a before restart", "a starts", "c starts"}));
}

TEST_P(Supervision, ATransientChildThatStopsNormallyIsNotRestarted) {
  const auto shop = world->supervise();
  const auto worker = shop.spawn<Worker>(&events, "w");
  EndOf end(world, worker);
  worker.tell<Quit>();
  EXPECT_EQ(end.get().reason, StopReason::stopped);
  EXPECT_EQ(events.all(), (Lines{"w starts", "w stopping, stopped"}));
  EXPECT_TRUE(shop.children().empty());
}

TEST_P(Supervision, APermanentChildIsRestartedAfterAnyEndButTheSupervisorsOwnOrder) {
  const auto shop = world->supervise();
  const auto worker = shop.spawn<Worker>({.restart = troupe::permanent}, &events, "w");
  worker.tell<Quit>();
  await_restarts(shop, 0, 1);
  worker.kill();
  await_restarts(shop, 0, 2);
  EXPECT_EQ(events.all(),
            (Lines{"w starts", "w before restart", "w starts", "w before restart", "w starts"}));
  EndOf end(world, worker);
  shop.stop(worker);
  EXPECT_EQ(end.get().reason, StopReason::stopped);
}

TEST_P(Supervision, ATemporaryChildIsNeverRestarted) {
  const auto shop = world->supervise();
  const auto worker = shop.spawn<Worker>({.restart = troupe::temporary}, &events, "w");
  EndOf end(world, worker);
  worker.tell<Crash>();
  const Terminated news = end.get();
  EXPECT_EQ(news.reason, StopReason::failed);
  EXPECT_NE(troupe::cause_as<std::runtime_error>(news.cause), nullptr);
  EXPECT_TRUE(shop.alive());
}

TEST_P(Supervision, TheRestartOneBeyondTheIntensityStopsAllChildrenAndFailsTheSupervisor) {
  const auto shop = world->supervise({.name = "shop", .intensity = {.restarts = 2, .within = 5s}});
  const auto a = shop.spawn<Worker>({.name = "a"}, &events, "a");
  const auto b = shop.spawn<Worker>({.name = "b"}, &events, "b");
  EndOf end_of_b(world, b);
  EndOf end_of_shop(world, shop);
  for (int i = 0; i < 2; ++i) {
    a.tell<Crash>();
    settle(a);
  }
  a.tell<Crash>();
  const Terminated news = end_of_shop.get();
  EXPECT_EQ(news.reason, StopReason::escalated);
  const auto* why = troupe::cause_as<troupe::Escalated>(news.cause);
  ASSERT_NE(why, nullptr);
  EXPECT_EQ(std::string(why->what()),
            "shop (Supervisor) gave up: shop/a failed: std::runtime_error: out of paper; it may be restarted "
            "2 times "
            "within 5 s");
  EXPECT_NE(troupe::cause_as<std::runtime_error>(why->cause()), nullptr);
  EXPECT_EQ(end_of_b.get().reason, StopReason::stopped);
  const Lines all = events.all();
  EXPECT_EQ((Lines{all.end() - 2, all.end()}), (Lines{"b stopping, stopped", "a stopping, failed"}));
  EXPECT_EQ(world.log().count("critical: shop (Supervisor) gave up"), 1u);
}

TEST_P(Supervision, RestartsThatAreOlderThanTheWindowDontCount) {
  const auto shop = world->supervise({.intensity = {.restarts = 1, .within = 5s}});
  const auto worker = shop.spawn<Worker>(&events, "w");
  for (int i = 0; i < 4; ++i) {
    worker.tell<Crash>();
    settle(worker);
    world.advance(5s);
  }
  EXPECT_TRUE(shop.alive());
  EXPECT_EQ(shop.children().at(0).restarts, 4u);
}

TEST_P(Supervision, AtItsLimitAnActorHearsPreRestartTwiceThenStoppingThenItsWatcherTerminated) {
  const auto shop = world->supervise({.intensity = {.restarts = 2, .within = 5s}});
  const auto worker = shop.spawn<Worker>(&events, "w");
  EndOf end(world, worker);
  for (int i = 0; i < 3; ++i) worker.tell<Crash>("crash " + std::to_string(i));
  const Terminated news = end.get();
  EXPECT_EQ(news.reason, StopReason::failed);
  EXPECT_EQ(std::string(troupe::cause_as<std::runtime_error>(news.cause)->what()), "crash 2");
  EXPECT_EQ(events.all(), (Lines{"w starts", "w before restart", "w starts", "w before restart", "w starts",
                                 "w stopping, failed"}));
}

TEST_P(Supervision, AnActorCanBeMadeByAFactory) {
  const auto shop = world->supervise();
  int made = 0;
  struct Store final : troupe::Actor<Store> {
    explicit Store(std::unique_ptr<int> own) : value(std::move(own)) {}
    int on(Count) { return *value; }
    void on(const Crash&) { throw std::runtime_error("crash"); }
    std::unique_ptr<int> value;
  };
  const auto store = shop.spawn<Store>(
      {.name = "store"}, troupe::factory([&made] { return Store(std::make_unique<int>(++made)); }));
  EXPECT_EQ(settle(store), 1);
  store.tell<Crash>();
  EXPECT_EQ(settle(store), 2);
}

TEST_P(Supervision, AFactoryMayBeMoveOnly) {
  const auto shop = world->supervise();
  struct Session final : troupe::Actor<Session> {
    explicit Session(std::unique_ptr<int> own) : value(std::move(own)) {}
    int on(Count) { return *value; }
    std::unique_ptr<int> value;
  };
  auto socket = std::make_unique<int>(7);
  const auto session = shop.spawn<Session>(
      {.name = "session", .restart = troupe::temporary},
      troupe::factory([socket = std::move(socket)]() mutable { return Session(std::move(socket)); }));
  EXPECT_EQ(settle(session), 7);
}

TEST_P(Supervision, TheCauseDecides) {
  struct Thrower {
    void on(const Crash& crash) {
      ++count;
      if (crash.why == "bad input") throw std::invalid_argument(crash.why);
      if (crash.why == "disk") throw std::domain_error(crash.why);
      if (crash.why == "done") throw std::length_error(crash.why);
      throw std::runtime_error(crash.why);
    }
    int on(Count) { return count; }
    int count = 0;
  };
  const auto shop = world->supervise({.decide = [](const std::exception_ptr& cause) {
    if (troupe::cause_as<std::invalid_argument>(cause)) return troupe::Decision::resume;
    if (troupe::cause_as<std::domain_error>(cause)) return troupe::Decision::escalate;
    if (troupe::cause_as<std::length_error>(cause)) return troupe::Decision::stop;
    return troupe::Decision::restart;
  }});
  const auto one = shop.spawn<Thrower>();
  one.tell<Crash>("bad input");
  EXPECT_EQ(settle(one), 1);
  one.tell<Crash>("else");
  EXPECT_EQ(settle(one), 0);
  EndOf end(world, one);
  one.tell<Crash>("done");
  EXPECT_EQ(end.get().reason, StopReason::failed);
  EXPECT_TRUE(shop.alive());
  const auto two = shop.spawn<Thrower>();
  EndOf end_of_shop(world, shop);
  two.tell<Crash>("disk");
  EXPECT_EQ(end_of_shop.get().reason, StopReason::escalated);
}

TEST_P(Supervision, ARuleThatThrowsCountsAsARestartAndIsLogged) {
  const auto shop = world->supervise(
      {.decide = [](const std::exception_ptr&) -> troupe::Decision { throw std::logic_error("undecided"); }});
  const auto worker = shop.spawn<Worker>(&events, "w");
  worker.tell<Crash>();
  EXPECT_EQ(settle(worker), 1);
  EXPECT_EQ(events.all(), (Lines{"w starts", "w before restart", "w starts"}));
  EXPECT_EQ(world.log().count("threw std::logic_error: undecided"), 1u);
}

TEST_P(Supervision, ByHandAChildIsRestartedStoppedOrReplacedWithoutACharge) {
  const auto shop = world->supervise({.intensity = {.restarts = 0}});
  const auto worker = shop.spawn<Worker>(&events, "first");
  settle(worker);
  shop.restart(worker);
  await_restarts(shop, 0, 1);
  shop.replace(worker, &events, "second");
  await_restarts(shop, 0, 2);
  EXPECT_EQ(events.all(), (Lines{"first starts", "first before restart", "first starts",
                                 "first before restart", "second starts"}));
  EndOf end(world, worker);
  shop.stop(worker);
  EXPECT_EQ(end.get().reason, StopReason::stopped);
  EXPECT_TRUE(shop.alive());
}

TEST_P(Supervision, EventsTellWhatHappened) {
  struct Listener {
    explicit Listener(Events* out) : events(out) {}
    void on(const troupe::SupervisionEvent& event) {
      events->add(std::string(to_string(event.kind)) + " " + event.path + " " + std::string(event.message) +
                  " " + event.cause);
    }
    int on(Count) { return 0; }
    Events* events;
  };
  Events heard;
  const auto listener = world->spawn<Listener>(&heard);
  world->subscribe_supervision(listener);
  const auto shop = world->supervise({.name = "shop", .intensity = {.restarts = 1}});
  const auto worker = shop.spawn<Worker>({.name = "w"}, &events, "w");
  EndOf end(world, shop);
  worker.tell<Crash>();
  worker.tell<Crash>();
  end.get();
  settle(listener);
  const Lines all = heard.all();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0], "failed shop/w troupe_test::Crash std::runtime_error: out of paper");
  EXPECT_EQ(all[1], "restarted shop/w  ");
  EXPECT_EQ(all[2], all[0]);
  EXPECT_TRUE(contains(all[3], "escalated shop  troupe::Escalated: shop (Supervisor) gave up"));
}

TEST_P(Supervision, APlainSpawnIsRestartedByNobodyAndRefusesToPromiseIt) {
  EXPECT_TRUE(contains(
      thrown<troupe::UsageError>([&] { world->spawn<Worker>({.restart = troupe::permanent}, &events, "w"); }),
      "can't be restarted, since nobody supervises it"));
}

TEST_P(Supervision, ASpawnUnderASupervisorThatHasEndedIsRefused) {
  const auto shop = world->supervise();
  shop.stop();
  shop.join().get();
  EXPECT_TRUE(contains(thrown<troupe::SpawnError>([&] { shop.spawn<Worker>(&events, "w"); }), "has ended"));
  EXPECT_TRUE(contains(thrown<troupe::UsageError>([&] { troupe::Supervisor().spawn<Worker>(&events, "w"); }),
                       "empty Supervisor"));
}

}  // namespace

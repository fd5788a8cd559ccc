// When a supervised actor starts: at first, again at once, or after a backoff, and what happens while it
// waits.
#include <stdexcept>
#include <string>

#include "supervision_support.hpp"

namespace {

using namespace troupe_test;
using troupe::StopReason;

class SupervisedStarts : public Supervising {};
INSTANTIATE_TEST_SUITE_P(All, SupervisedStarts, every_scheduler(), run_name);

TEST_P(SupervisedStarts, BackoffWaitsOneSecondThenTwo) {
  const auto shop = world->supervise({.backoff = {.first = 1s, .max = 10s, .factor = 2}});
  const auto worker = shop.spawn<Worker>({.name = "w"}, &events, "w");
  for (const auto wait : {1s, 2s}) {
    worker.tell<Crash>();
    await_state(shop, 0, troupe::ActorState::restarting);
    const auto info = shop.children().at(0);
    EXPECT_EQ(info.next_attempt - world->now(), wait);
    EXPECT_EQ(info.last_cause, "std::runtime_error: out of paper");
    world.advance(wait - 1ms);
    EXPECT_EQ(shop.children().at(0).state, troupe::ActorState::restarting);
    world.advance(1ms);
    EXPECT_EQ(settle(worker), 1);
  }
}

TEST_P(SupervisedStarts, ABackoffIsResetByAHealthySpell) {
  const auto shop = world->supervise({.intensity = {.restarts = 100, .within = 1h},
                                      .backoff = {.first = 1s, .max = 10s, .reset_after = 5s}});
  const auto worker = shop.spawn<Worker>(&events, "w");
  for (const auto spell : {4s, 5s}) {
    worker.tell<Crash>();
    await_state(shop, 0, troupe::ActorState::restarting);
    const auto wait = spell == 4s ? 1s : 2s;
    EXPECT_EQ(shop.children().at(0).next_attempt - world->now(), wait);
    world.advance(wait);
    settle(worker);
    world.advance(spell);
  }
  worker.tell<Crash>();
  await_state(shop, 0, troupe::ActorState::restarting);
  EXPECT_EQ(shop.children().at(0).next_attempt - world->now(), 1s);
}

TEST_P(SupervisedStarts, WhileAChildWaitsForItsRestartItsSiblingsGoOnAndItsMailboxFills) {
  const auto shop = world->supervise({.backoff = {.first = 1h, .max = 2h}});
  const auto a = shop.spawn<Worker>(&events, "a");
  const auto b = shop.spawn<Worker>(&events, "b");
  a.tell<Crash>();
  await_state(shop, 0, troupe::ActorState::restarting);
  a.tell<Say>("still here");
  EXPECT_EQ(settle(b), 1);
  EXPECT_EQ(shop.children().at(0).mailbox_depth, 1u);
  world.advance(1h);
  settle(a);
  EXPECT_EQ(events.all().back(), "a says still here");
}

TEST_P(SupervisedStarts, AChildThatWaitsForItsRestartCanBeStopped) {
  const auto shop = world->supervise({.backoff = {.first = 1h, .max = 2h}});
  for (const bool by_hand : {false, true}) {
    const auto worker = shop.spawn<Worker>(&events, "w");
    EndOf end(world, worker);
    worker.tell<Crash>();
    await_state(shop, 0, troupe::ActorState::restarting);
    if (by_hand) {
      shop.stop(worker);
    } else {
      worker.stop();
    }
    EXPECT_EQ(end.get().reason, StopReason::failed);
    EXPECT_TRUE(shop.children().empty());
  }
}

TEST_P(SupervisedStarts, ASupervisorShutsDownWhileAChildWaitsForItsRestart) {
  const auto shop = world->supervise({.backoff = {.first = 1h, .max = 2h}});
  const auto a = shop.spawn<Worker>(&events, "a");
  const auto b = shop.spawn<Worker>(&events, "b");
  a.tell<Crash>();
  await_state(shop, 0, troupe::ActorState::restarting);
  EndOf end(world, shop);
  shop.stop();
  EXPECT_EQ(end.get().reason, StopReason::stopped);
  EXPECT_FALSE(a.alive());
  EXPECT_FALSE(b.alive());
}

TEST_P(SupervisedStarts, ASupervisorThatIsKilledTakesAPermanentChildThatWaitsForItsRestartWithIt) {
  const auto shop = world->supervise({.backoff = {.first = 1h, .max = 2h}});
  const auto worker = shop.spawn<Worker>({.restart = troupe::permanent}, &events, "w");
  worker.tell<Crash>();
  await_state(shop, 0, troupe::ActorState::restarting);
  EndOf end(world, shop);
  shop.kill();
  EXPECT_EQ(end.get().reason, StopReason::killed);
  EXPECT_FALSE(worker.alive());
}

/// Its constructor throws as long as the test wants it to.
struct Fragile {
  Fragile(Events* out, int* failures) : events(out) {
    events->add("attempt");
    if (*failures > 0) {
      --*failures;
      throw std::runtime_error("no database");
    }
  }
  int on(Count) { return 1; }
  void on(const Crash&) { throw std::runtime_error("crash"); }
  Events* events;
};

TEST_P(SupervisedStarts, AFailingFirstStartUnderALimitOfTwoIsTriedThreeTimes) {
  int failures = 100;
  EXPECT_EQ(thrown<std::runtime_error>([&] { world->spawn<Fragile>(&events, &failures); }), "no database");
  EXPECT_EQ(failures, 99);
  const auto shop = world->supervise({.intensity = {.restarts = 2, .within = 5s}});
  EXPECT_EQ(thrown<std::runtime_error>([&] { shop.spawn<Fragile>({.name = "f"}, &events, &failures); }),
            "no database");
  EXPECT_EQ(failures, 96);
  EXPECT_TRUE(shop.children().empty());
  failures = 1;
  const auto fragile = shop.spawn<Fragile>({.name = "f"}, &events, &failures);
  EXPECT_EQ(settle(fragile), 1);
}

TEST_P(SupervisedStarts, ARestartThatFailsCountsAndIsTriedAgain) {
  int failures = 0;
  const auto shop = world->supervise({.intensity = {.restarts = 3, .within = 5s}});
  const auto fragile = shop.spawn<Fragile>(&events, &failures);
  failures = 2;
  fragile.tell<Crash>();
  EXPECT_EQ(settle(fragile), 1);
  EXPECT_EQ(shop.children().at(0).restarts, 1u);
  failures = 1;
  EndOf end(world, shop);
  fragile.tell<Crash>();
  EXPECT_EQ(end.get().reason, StopReason::escalated);
}

TEST_P(SupervisedStarts, AChildWhoseRestartKeepsFailingShowsAsRestartingAndCanBeStopped) {
  int failures = 0;
  const auto shop =
      world->supervise({.intensity = {.restarts = 3, .within = 5s}, .backoff = {.first = 1s, .max = 1h}});
  const auto fragile = shop.spawn<Fragile>(&events, &failures);
  failures = 100;
  fragile.tell<Crash>();
  await_state(shop, 0, troupe::ActorState::restarting);
  world.advance(1s);
  await_state(shop, 0, troupe::ActorState::restarting);
  EXPECT_EQ(shop.children().at(0).last_cause, "std::runtime_error: no database");
  EndOf end(world, fragile);
  fragile.stop();
  EXPECT_EQ(end.get().reason, StopReason::failed);
}

}  // namespace

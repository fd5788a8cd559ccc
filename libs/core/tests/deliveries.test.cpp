// deliver() awaits room in a bounded mailbox; so does an ask. Those who wait are served in order, and hear at
// once of the actor's end.
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "busy_desk.hpp"
#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::AskError;
using troupe::bounded;
using troupe::Reason;
using troupe::Task;
using troupe::Undelivered;

/// Delivers what it is told to, one after the other.
struct Producer : troupe::Actor<Producer> {
  struct Deliver {
    int from = 0;
    int to = 0;
  };
  struct Progress {};
  static constexpr auto turns = troupe::exclusive;

  explicit Producer(troupe::Ref<Desk> to) : desk(to) {}
  Task<> on(Deliver range) {
    for (int i = range.from; i <= range.to; ++i) {
      auto outcome = co_await desk.try_deliver<Item>(i).within(troupe::Duration::max());
      if (!outcome) {
        failure = std::string(to_string(outcome.error().reason())) + ": " + outcome.error().what();
        co_return;
      }
      delivered = i;
    }
  }

  troupe::Ref<Desk> desk;
  int delivered = 0;
  std::string failure;
};

class Deliveries : public BusyDeskTest {
 protected:
  std::size_t waiting() {
    for (const auto& one : world->tree()) {
      if (one.path == desk.path()) return one.waiting_for_room;
    }
    return 0;
  }
  void await_waiting(std::size_t count) {
    settle(world, [&] { return waiting() == count; });
  }
  /// The desk has its one message: another, 2, is delivered, and waits. How that went is in `outcome` when
  /// `done` is set.
  void deliver_to_full_desk(troupe::Duration within) {
    busy_desk({.mailbox = bounded(1)});
    desk.tell<Item>(1);
    deliver_elsewhere(Item{2}, within, outcome, done);
    await_waiting(1);
  }
  std::string outcome;
  Signal done;

  /// Delivers in a turn of its own, and writes how it went.
  void deliver_elsewhere(Item item, troupe::Duration within, std::string& how, Signal& told) {
    const auto actor = world->spawn<Inside>();
    actor.tell<Inside::Step>([this, item, within, &how, &told](Inside&) -> Task<> {
      auto result = co_await desk.try_deliver(item).within(within);
      how = result ? "accepted" : result.error().what();
      told.set();
    });
  }
};
INSTANTIATE_TEST_SUITE_P(All, Deliveries, every_scheduler(), run_name);

TEST_P(Deliveries, WaitForRoomInOrderOfArrival) {
  busy_desk({.mailbox = bounded(2)});
  desk.tell<Item>(1);
  desk.tell<Item>(2);
  std::string outcomes[4];
  Signal all_done[4];
  for (int i = 0; i < 4; ++i) {
    deliver_elsewhere(Item{i + 3}, troupe::Duration::max(), outcomes[i], all_done[i]);
    await_waiting(static_cast<std::size_t>(i) + 1);
  }
  EXPECT_EQ(depth(), 2u);
  release();
  for (auto& one : all_done) world.await(one);
  for (const auto& one : outcomes) EXPECT_EQ(one, "accepted");
  EXPECT_EQ(desk.ask<Handled>().get(), (std::vector{1, 2, 3, 4, 5, 6}));
}

TEST_P(Deliveries, WaitForRoomWhereOthersWouldDisplaceTheOldest) {
  busy_desk({.mailbox = bounded(1, troupe::drop_oldest)});
  desk.tell<Item>(1);
  deliver_elsewhere(Item{2}, troupe::Duration::max(), outcome, done);
  await_waiting(1);
  release();
  world.await(done);
  EXPECT_EQ(outcome, "accepted");
  EXPECT_EQ(handled_in_the_end(), (std::vector{1, 2}));
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Deliveries, TakeThePlaceOfOneOfTheirTypeWhereThatIsTheRule) {
  busy_desk({.mailbox = bounded(1, troupe::conflate)});
  desk.tell<Item>(1);
  deliver_elsewhere(Item{2}, troupe::Duration::max(), outcome, done);
  world.await(done);
  EXPECT_EQ(outcome, "accepted");
  EXPECT_EQ(handled_in_the_end(), (std::vector{2}));
  EXPECT_EQ(world->dead_letters()[Undelivered::overflow], 1u);
}

TEST_P(Deliveries, AreAcceptedAtOnceWhereThereIsRoom) {
  busy_desk({.mailbox = bounded(2)});
  desk.deliver<Item>(1).get();
  desk.deliver(Item{2}).get();
  EXPECT_EQ(handled_in_the_end(), (std::vector{1, 2}));
}

TEST_P(Deliveries, ToAnUnboundedMailboxNeverWait) {
  busy_desk({});
  for (int i = 1; i <= 100; ++i) desk.deliver<Item>(i).get();
  EXPECT_EQ(handled_in_the_end().size(), 100u);
}

TEST_P(Deliveries, KeepAProducerFromOutrunningItsConsumer) {
  gate = world->spawn<Gate>();
  desk = world->spawn<Desk>({.mailbox = bounded(4)}, gate);
  const auto producer = world->spawn<Producer>(desk);
  const auto another = world->spawn<Producer>(desk);
  producer.tell<Producer::Deliver>(1, 500);
  another.tell<Producer::Deliver>(1'001, 1'500);
  producer.stop();
  another.stop();
  producer.join().get();
  another.join().get();
  const auto handled = desk.ask<Handled>().get();
  EXPECT_EQ(handled.size(), 1'000u);
  int last[2] = {0, 0};
  for (const int one : handled) {
    int& before = last[one > 1'000];
    EXPECT_GT(one, before);
    before = one;
  }
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Deliveries, FailWhenTheirDeadlinePassesAndAreNotHandled) {
  deliver_to_full_desk(10ms);
  world.advance(10ms);
  world.await(done);
  EXPECT_TRUE(
      contains(outcome, "Item delivered to troupe_test::Desk was not accepted: the actor's mailbox was full"))
      << outcome;
  EXPECT_EQ(waiting(), 0u);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1}));
}

TEST_P(Deliveries, FailAtOnceWhenTheActorEnds) {
  deliver_to_full_desk(troupe::Duration::max());
  desk.kill();
  world.await(done);
  EXPECT_TRUE(contains(outcome, "was not accepted: the actor was killed")) << outcome;
  const auto late = desk.try_deliver<Item>(3).get();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason(), Reason::stopped);
}

TEST_P(Deliveries, OfActorsThatAreKilledMeanwhileLeaveNothingBehind) {
  busy_desk({.mailbox = bounded(1)});
  desk.tell<Item>(1);
  const auto producer = world->spawn<Producer>(desk);
  producer.tell<Producer::Deliver>(2, 3);
  await_waiting(1);
  producer.kill();
  producer.join().get();
  EXPECT_EQ(waiting(), 0u);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1}));
}

TEST_P(Deliveries, GoBeforeWhoeverTells) {
  deliver_to_full_desk(troupe::Duration::max());
  EXPECT_EQ(desk.try_tell<Item>(3).error().reason, Reason::overflow);
  release();
  world.await(done);
  EXPECT_EQ(desk.ask<Handled>().get(), (std::vector{1, 2}));
}

TEST_P(Deliveries, OfAnActorToItselfAreRefusedWhenItWouldWaitForItself) {
  const auto actor = world->spawn<Inside>({.mailbox = bounded(1)});
  std::string refused;
  actor
      .ask<Inside::Step>([&](Inside& self) -> Task<> {
        const auto me = self.self();
        me.tell<Inside::Step>([](Inside&) -> Task<> { co_return; });
        try {
          co_await me.deliver<Inside::Step>(Inside::Body());
        } catch (const troupe::UsageError& error) {
          refused = error.what();
        }
      })
      .get();
  EXPECT_TRUE(contains(refused, "to itself while its mailbox is full")) << refused;
}

TEST_P(Deliveries, MayBeAwaitedTogether) {
  busy_desk({.mailbox = bounded(1)});
  const auto other_gate = world->spawn<Gate>();
  const auto other = world->spawn<Desk>({.mailbox = bounded(1)}, other_gate);
  desk.tell<Item>(1);
  const auto actor = world->spawn<Inside>();
  actor.tell<Inside::Step>([&](Inside&) -> Task<> {
    auto both = all(desk.deliver<Item>(2), other.deliver<Item>(3));
    co_await std::move(both).within(troupe::Duration::max());
    done.set();
  });
  await_waiting(1);
  release();
  world.await(done);
  EXPECT_EQ(desk.ask<Handled>().get(), (std::vector{1, 2}));
  EXPECT_EQ(other.ask<Handled>().get(), (std::vector{3}));
}

TEST_P(Deliveries, ThroughARecipientWaitAsWell) {
  busy_desk({.mailbox = bounded(1)});
  const troupe::Recipient<Item> recipient = desk;
  recipient.deliver<Item>(1).get();
  std::string text;
  world->spawn<Inside>().tell<Inside::Step>([&](Inside&) -> Task<> {
    auto result = co_await recipient.try_deliver<Item>(2).within(5ms);
    text = result ? "accepted" : std::string(to_string(result.error().reason()));
    done.set();
  });
  await_waiting(1);
  world.advance(5ms);
  world.await(done);
  EXPECT_EQ(text, "timeout");
}

TEST_P(Deliveries, ThatAreNeverAwaitedAreNeverSent) {
  busy_desk({.mailbox = bounded(1)});
  {
    [[maybe_unused]] const auto never = desk.deliver<Item>(1);
  }
  EXPECT_EQ(depth(), 0u);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Deliveries, AndAsksShareTheOrderOfArrival) {
  deliver_to_full_desk(troupe::Duration::max());
  int sum = 0;
  Signal answered;
  world->spawn<Inside>().tell<Inside::Step>([&](Inside&) -> Task<> {
    auto asked = desk.ask<Sum>().within(troupe::Duration::max());
    sum = co_await std::move(asked);
    answered.set();
  });
  await_waiting(2);
  release();
  world.await(answered);
  world.await(done);
  EXPECT_EQ(sum, 3);
}

TEST_P(Deliveries, AsksThatWaitForRoomFailWhenTheirDeadlinePasses) {
  busy_desk({.mailbox = bounded(1)});
  desk.tell<Item>(1);
  world->spawn<Inside>().tell<Inside::Step>([&](Inside&) -> Task<> {
    auto sum = co_await desk.try_ask<Sum>().within(10ms);
    outcome = sum ? "an answer" : std::string(to_string(sum.error().reason()));
    done.set();
  });
  await_waiting(1);
  world.advance(10ms);
  world.await(done);
  EXPECT_EQ(outcome, "timeout");
  EXPECT_EQ(waiting(), 0u);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1}));
}

class DeliveriesOfPlainThreads : public Deliveries {};
INSTANTIATE_TEST_SUITE_P(All, DeliveriesOfPlainThreads, testing::Values(threads(1), threads(2)), run_name);

TEST_P(DeliveriesOfPlainThreads, WaitInTheirThreads) {
  gate = world->spawn<Gate>();
  desk = world->spawn<Desk>({.mailbox = bounded(2)}, gate);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 250; ++i) desk.deliver<Item>(t * 1'000 + i).get();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(desk.ask<Handled>().get().size(), 1'000u);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

}  // namespace

// Mailboxes with a bound: what becomes of what is told to a full one, what has always room, and what is
// counted.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "busy_desk.hpp"
#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::bounded;
using troupe::conflate;
using troupe::DeadLetter;
using troupe::drop_oldest;
using troupe::limit;
using troupe::Mailbox;
using troupe::Reason;
using troupe::reject;
using troupe::Undelivered;

class BoundedMailboxes : public BusyDeskTest {};
INSTANTIATE_TEST_SUITE_P(All, BoundedMailboxes, every_scheduler(), run_name);

TEST_P(BoundedMailboxes, TakeAsManyAsTheyAreBoundedToAndRefuseTheRest) {
  busy_desk({.name = "desk", .mailbox = bounded(3)});
  for (int i = 1; i <= 5; ++i) desk.tell<Item>(i);
  EXPECT_EQ(world->dead_letters()[Undelivered::overflow], 2u);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1, 2, 3}));
}

TEST_P(BoundedMailboxes, HaveRoomAgainAsSoonAsAMessageHasBeenTakenOut) {
  busy_desk({.mailbox = bounded(1)});
  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(desk.try_tell<Item>(i));
    ASSERT_FALSE(desk.try_tell<Item>(-i));
    release();
    await_handled(static_cast<std::size_t>(i));
    hold();
  }
  EXPECT_EQ(handled_in_the_end().size(), 100u);
}

TEST_P(BoundedMailboxes, TellWhatTheyRefuseToThoseWhoListenForDeadLetters) {
  const auto letters = listen();
  busy_desk({.name = "desk", .mailbox = bounded(1)});
  desk.tell<Item>(1);
  desk.tell<Item>(2);
  const auto seen = letters.ask<Seen>().get();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].reason, Undelivered::overflow);
  EXPECT_EQ(seen[0].path, "desk");
  EXPECT_EQ(seen[0].get_if<Item>()->number, 2);
}

TEST_P(BoundedMailboxes, GiveBackWhatWasTriedAndHadNoRoom) {
  busy_desk({.mailbox = bounded(1)});
  ASSERT_TRUE(desk.try_tell<Item>(1));
  const auto refused = desk.try_tell<Item>(2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::overflow);
  EXPECT_EQ(refused.error().message.number, 2);
  const troupe::Recipient<Item> recipient = desk;
  EXPECT_EQ(recipient.try_tell<Item>(3).error().reason, Reason::overflow);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(BoundedMailboxes, ThatDropTheOldestKeepTheLatestInOrder) {
  const auto letters = listen();
  busy_desk({.mailbox = bounded(3, drop_oldest)});
  for (int i = 1; i <= 5; ++i) desk.tell<Item>(i);
  const auto seen = letters.ask<Seen>().get();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].get_if<Item>()->number, 1);
  EXPECT_EQ(seen[1].get_if<Item>()->number, 2);
  EXPECT_EQ(handled_in_the_end(), (std::vector{3, 4, 5}));
}

TEST_P(BoundedMailboxes, ThatDropAnAskFailItAtOnce) {
  busy_desk({.mailbox = bounded(1, drop_oldest)});
  const auto asker = world->spawn<Inside>();
  std::string outcome;
  Signal asked;
  asker.tell<Inside::Step>([&](Inside&) -> troupe::Task<> {
    asked.set();
    auto sum = co_await desk.try_ask<Sum>();
    outcome = sum ? "an answer" : std::string(to_string(sum.error().reason()));
  });
  settle(world, [&] { return depth() == 1; });
  desk.tell<Item>(1);
  asker.stop();
  asker.join().get();
  EXPECT_EQ(outcome, "overflow");
}

TEST_P(BoundedMailboxes, ThatConflateKeepTheLatestOfEachTypeInThePlaceOfTheFirst) {
  busy_desk({.mailbox = bounded(2, conflate)});
  desk.tell<Item>(1);
  desk.tell<Price>(10);
  desk.tell<Item>(2);
  desk.tell<Price>(20);
  desk.tell<Item>(3);
  EXPECT_EQ(world->dead_letters()[Undelivered::overflow], 3u);
  EXPECT_EQ(handled_in_the_end(), (std::vector{3, 20}));
}

TEST_P(BoundedMailboxes, ThatConflateRefuseATypeForWhichThereIsNoPlaceLeft) {
  busy_desk({.mailbox = bounded(1, conflate)});
  desk.tell<Item>(1);
  desk.tell<Price>(10);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1}));
}

TEST_P(BoundedMailboxes, LimitSingleTypes) {
  busy_desk({.mailbox = bounded(10).with(limit<Price>(1))});
  for (int i = 1; i <= 3; ++i) {
    desk.tell<Item>(i);
    desk.tell<Price>(10 * i);
  }
  EXPECT_EQ(world->dead_letters()[Undelivered::overflow], 2u);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1, 10, 2, 3}));
}

TEST_P(BoundedMailboxes, LimitSingleTypesByDroppingTheOldestOfThatType) {
  busy_desk({.mailbox = bounded(10, drop_oldest).with(limit<Price>(2))});
  desk.tell<Item>(1);
  for (int i = 1; i <= 4; ++i) desk.tell<Price>(10 * i);
  desk.tell<Item>(2);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1, 30, 40, 2}));
}

TEST_P(BoundedMailboxes, MayLimitATypeAndNothingElse) {
  busy_desk({.mailbox = troupe::unbounded.with(limit<Price>(1))});
  for (int i = 1; i <= 1'000; ++i) desk.tell<Item>(i);
  desk.tell<Price>(1);
  desk.tell<Price>(2);
  EXPECT_EQ(world->dead_letters()[Undelivered::overflow], 1u);
  EXPECT_EQ(handled_in_the_end().size(), 1'001u);
}

TEST_P(BoundedMailboxes, AreTheDefaultWhereTheSystemSaysSo) {
  World strict(GetParam(), {.mailbox = bounded(2)});
  const auto its_gate = strict->spawn<Gate>();
  const auto bound = strict->spawn<Desk>(its_gate);
  const auto free = strict->spawn<Desk>({.mailbox = troupe::unbounded}, its_gate);
  bound.tell<Hold>();
  free.tell<Hold>();
  settle(strict, [&] { return its_gate.ask<Held>().get() == 2; });
  for (int i = 0; i < 5; ++i) {
    bound.tell<Item>(i);
    free.tell<Item>(i);
  }
  EXPECT_EQ(strict->dead_letters()[Undelivered::overflow], 3u);
  its_gate.ask<Open>().get();
}

TEST_P(BoundedMailboxes, HaveAlwaysRoomForStopsTimersAndNewsOfEnds) {
  const auto watched = world->spawn<Gate>();
  busy_desk({.mailbox = bounded(1)}, watched);
  desk.tell<Item>(1);
  // Watches it later than the desk, and is told after it.
  EndOf end(world, watched);
  watched.stop();
  end.get();
  world.advance(Desk::tick_after);
  desk.stop();
  desk.tell<Item>(2);
  EXPECT_EQ(world->dead_letters()[Undelivered::overflow], 1u);
  EXPECT_EQ(end_report(), "item 1, terminated, tick");
}

TEST_P(BoundedMailboxes, ComeBackWithAllTheirRoomWhenTheirCellIsUsedAgain) {
  for (int round = 0; round < 50; ++round) {
    busy_desk({.mailbox = bounded(2)});
    for (int i = 1; i <= 3; ++i) desk.tell<Item>(i);
    desk.kill();
    desk.join().get();
    EXPECT_FALSE(desk.try_tell<Item>(4));
    desk.tell<Item>(5);
  }
  const auto counts = world->dead_letters();
  EXPECT_EQ(counts[Undelivered::overflow], 50u);
  EXPECT_EQ(counts[Undelivered::no_actor], 50u);
  EXPECT_EQ(counts[Undelivered::killed], 150u);  // the turn that was held, and two that waited
}

TEST_P(BoundedMailboxes, KeepTheirMailOverARestart) {
  auto shop = world->supervise({.name = "shop"});
  gate = world->spawn<Gate>();
  desk = shop.spawn<Desk>({.mailbox = bounded(3)}, gate);
  hold();
  desk.tell<Fail>();
  desk.tell<Item>(1);
  desk.tell<Item>(2);
  desk.tell<Item>(3);
  EXPECT_EQ(world->dead_letters()[Undelivered::overflow], 1u);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1, 2}));
}

TEST_P(BoundedMailboxes, BoundWhatAReentrantActorHasBegunAsWell) {
  gate = world->spawn<Gate>();
  const auto open = world->spawn<OpenDesk>({.mailbox = bounded(2)}, gate);
  for (int i = 0; i < 2; ++i) {
    open.tell<Hold>();
    settle(world, [&] { return gate.ask<Held>().get() == i + 1; });
  }
  EXPECT_TRUE(open.try_tell<Hold>());
  EXPECT_TRUE(open.try_tell<Hold>());
  EXPECT_FALSE(open.try_tell<Hold>());
  EXPECT_EQ(gate.ask<Held>().get(), 2);
  release();
  settle(world, [&] { return gate.ask<Held>().get() == 2; });
  release();
}

TEST_P(BoundedMailboxes, AreShownInTheTree) {
  busy_desk({.name = "desk", .mailbox = bounded(2)});
  for (int i = 0; i < 5; ++i) desk.tell<Item>(i);
  for (const auto& one : world->tree()) {
    if (one.path != "desk") continue;
    EXPECT_EQ(one.mailbox_depth, 2u);
    EXPECT_EQ(one.mailbox_capacity, 2u);
    EXPECT_EQ(one.overflowed, 3u);
  }
  EXPECT_NE(to_string(world->tree()).find("of 2  overflowed: 3"), std::string::npos);
}

TEST_P(BoundedMailboxes, WithoutRoomForAnyMessageAreRefused) {
  EXPECT_THROW(world->spawn<Gate>({.mailbox = bounded(0)}), troupe::UsageError);
  EXPECT_THROW(world->spawn<Gate>({.mailbox = bounded(1).with(limit<Item>(0))}), troupe::UsageError);
  EXPECT_THROW((void)bounded(1)
                   .with(limit<Item>(1), limit<Price>(1), limit<Sum>(1), limit<Hold>(1))
                   .with(limit<Fail>(1)),
               troupe::UsageError);
}

}  // namespace

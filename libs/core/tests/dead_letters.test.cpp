// Dead letters: what can't be delivered is counted, logged at a limited rate, and told to subscribers.
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::DeadLetter;
using troupe::Task;
using troupe::Undelivered;

struct Order {
  std::string item;
};
struct Fragile {
  std::string item;
};
struct Parcel {
  std::unique_ptr<int> content;
};
struct Ping {};
struct Seen {};

struct Shop {
  void on(const Order& order) {
    if (order.item == "bomb") throw std::runtime_error("refused");
  }
  void on(Fragile) { throw std::runtime_error("broken"); }
  void on(Parcel) {}
  int on(Ping) const { return 1; }
};

struct Collector {
  std::vector<DeadLetter> letters;
  void on(const DeadLetter& letter) { letters.push_back(letter); }
  std::vector<DeadLetter> on(Seen) const { return letters; }
};

class DeadLetters : public OnEveryScheduler {
 protected:
  World world{GetParam()};
  troupe::Ref<Collector> collector = world->spawn<Collector>();
  troupe::Ref<Shop> shop = world->spawn<Shop>({.name = "shop"});
  void SetUp() override { world->subscribe_dead_letters(collector); }
  std::vector<DeadLetter> seen() { return collector.ask<Seen>().get(); }
};
INSTANTIATE_TEST_SUITE_P(All, DeadLetters, every_scheduler(), run_name);

TEST_P(DeadLetters, AMessageToAnActorThatHasEndedHasNoReceiver) {
  shop.stop();
  shop.join().get();
  shop.tell<Order>("apple");
  const auto letters = seen();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].reason, Undelivered::no_actor);
  EXPECT_PRED2(contains, letters[0].message, "Order");
  EXPECT_PRED2(contains, letters[0].actor, "Shop");
  ASSERT_NE(letters[0].get_if<Order>(), nullptr);
  EXPECT_EQ(letters[0].get_if<Order>()->item, "apple");
  EXPECT_EQ(letters[0].get_if<Fragile>(), nullptr);
  EXPECT_EQ(world->dead_letters()[Undelivered::no_actor], 1u);
  EXPECT_EQ(world->dead_letters().total(), 1u);
}

TEST_P(DeadLetters, AMessageBehindAStopIsStopped) {
  world.in_actor([&](Inside&) -> Task<> {
    shop.stop();
    shop.tell<Order>("apple");
    co_return;
  });
  shop.join().get();
  // Whether the actor had ended when it was sent is the scheduler's to say.
  const auto letters = seen();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_TRUE(letters[0].reason == Undelivered::stopped || letters[0].reason == Undelivered::no_actor);
  if (letters[0].reason == Undelivered::stopped) {
    EXPECT_EQ(letters[0].path, "shop");
  }
  ASSERT_NE(letters[0].get_if<Order>(), nullptr);
}

// Goal: whoever has joined an actor may rely on it that what was sent to it before has been accounted for,
// with its path. Method: mail that arrives while the actor ends, many times; on threads all the windows come
// up.
TEST_P(DeadLetters, WhatWasSentBeforeAJoinIsAccountedForWhenTheJoinIsAnswered) {
  for (int round = 0; round < 300; ++round) {
    const auto nameless = world->spawn<Shop>();
    const std::string path = nameless.path();
    nameless.stop();
    nameless.tell<Order>("apple");
    nameless.join().get();
    const auto letters = seen();
    ASSERT_EQ(letters.size(), static_cast<std::size_t>(round) + 1);
    if (letters.back().reason == Undelivered::stopped) {
      ASSERT_EQ(letters.back().path, path);
    }
  }
}

TEST_P(DeadLetters, AFailedMessageIsWholeIfItsHandlerTookItByConstReference) {
  shop.tell<Order>("bomb");
  static_cast<void>(shop.join().get());
  const auto letters = seen();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].reason, Undelivered::failed);
  EXPECT_EQ(letters[0].path, "shop");
  EXPECT_EQ(thrown<std::runtime_error>([&] { std::rethrow_exception(letters[0].cause); }), "refused");
  ASSERT_NE(letters[0].get_if<Order>(), nullptr);
  EXPECT_EQ(letters[0].get_if<Order>()->item, "bomb");
}

TEST_P(DeadLetters, AFailedMessageThatItsHandlerTookIsNotShown) {
  shop.tell<Fragile>("vase");
  static_cast<void>(shop.join().get());
  const auto letters = seen();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].get_if<Fragile>(), nullptr);
  EXPECT_NE(letters[0].cause, nullptr);
}

TEST_P(DeadLetters, AMoveOnlyMessageIsShownToo) {
  shop.kill();
  shop.join().get();
  shop.tell(Parcel{std::make_unique<int>(5)});
  const auto letters = seen();
  ASSERT_EQ(letters.size(), 1u);
  ASSERT_NE(letters[0].get_if<Parcel>(), nullptr);
  EXPECT_EQ(*letters[0].get_if<Parcel>()->content, 5);
}

TEST_P(DeadLetters, AFailedAskIsADeadLetterTooSinceItsActorDied) {
  const auto outcome = shop.try_ask<Order>("bomb").get();
  EXPECT_FALSE(outcome.has_value());
  EXPECT_EQ(world->dead_letters()[Undelivered::failed], 1u);
}

TEST_P(DeadLetters, ASubscriberThatEndsIsForgotten) {
  auto second = world->spawn<Collector>();
  world->subscribe_dead_letters(second);
  shop.kill();
  shop.join().get();
  shop.tell<Order>("one");
  EXPECT_EQ(second.ask<Seen>().get().size(), 1u);
  EXPECT_EQ(seen().size(), 1u);
  collector.kill();
  collector.join().get();
  shop.tell<Order>("two");
  EXPECT_EQ(second.ask<Seen>().get().size(), 2u);
  EXPECT_EQ(world->dead_letters().total(), 2u);
}

TEST_P(DeadLetters, AreLoggedAtALimitedRateAndTheRestIsSummedUp) {
  shop.kill();
  shop.join().get();
  for (int i = 0; i < 25; ++i) shop.tell<Order>("apple");
  EXPECT_EQ(world.log().count("dead letter: "), 10u);
  EXPECT_EQ(world->dead_letters().total(), 25u);
  world.advance(1s);
  shop.tell<Order>("apple");
  EXPECT_EQ(world.log().count("15 more dead letters"), 1u);
  EXPECT_EQ(world.log().count("dead letter: "), 11u);
  EXPECT_PRED2(contains, world.log().lines().front(), "Order");
}

TEST_P(DeadLetters, WhatWasLeftOutOfTheLogIsSummedUpAtTheEnd) {
  shop.kill();
  shop.join().get();
  for (int i = 0; i < 12; ++i) shop.tell<Order>("apple");
  world.end();
  EXPECT_EQ(world.log().count("2 more dead letters"), 1u);
}

// A log that is an actor itself: its own end must not make the dead letters of its lines go round.
struct Line {
  std::string text;
};
struct Logger {
  void on(const Line&) {}
};
class ActorLog final : public troupe::Log {
 public:
  void write(troupe::LogLevel, std::string_view line) noexcept override { to_.tell<Line>(std::string(line)); }
  void set(troupe::Ref<Logger> logger) { to_ = logger; }

 private:
  troupe::Ref<Logger> to_;
};
struct Ask {};
struct Answer {};
struct LateAnswerer {
  troupe::Reply<int> reply;
  void on(Ask, troupe::Reply<int> to) { reply = std::move(to); }
  void on(Answer) { reply.answer(1); }
};
TEST(DeadLettersOfALog, ALogMayBeAnActorThatHasEnded) {
  ActorLog log;
  troupe::DeterministicScheduler scheduler(1);
  troupe::System system({.log = &log, .scheduler = &scheduler});
  auto logger = system.spawn<Logger>();
  log.set(logger);
  auto late = system.spawn<LateAnswerer>();
  EXPECT_FALSE(late.try_ask<Ask>().within(1s).get().has_value());
  auto shop = system.spawn<Shop>();
  shop.kill();
  shop.join().get();
  logger.kill();
  logger.join().get();
  // In the midst of a drain, and outside of one. The lines about them are dead letters as well, and lines
  // about those may follow, but no more than may be logged in a second.
  shop.tell<Order>("unheard");
  EXPECT_EQ(system.dead_letters()[Undelivered::no_actor], 1u + 10u);
  scheduler.advance(2s);
  late.ask<Answer>().get();
  EXPECT_EQ(system.dead_letters()[Undelivered::late_reply], 1u);
}

TEST(DeadLettersOfOneThread, TheNewsThatAJoinGaveUpWaitingForIsNone) {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.scheduler = &scheduler});
  auto shop = system.spawn<Shop>();
  EXPECT_THROW(shop.join().within(1s).get(), troupe::AskError);
  shop.stop();
  scheduler.run_until_idle();
  EXPECT_FALSE(shop.alive());
  EXPECT_EQ(system.dead_letters().total(), 0u);
}

struct Customer {
  troupe::Ref<LateAnswerer> whom;
  Task<> on(Ping) {
    const int answer = co_await whom.ask<Ask>();
    static_cast<void>(answer);
  }
};
TEST(DeadLettersOfOneThread, AKilledTurnNamesItsActorAlsoWhereThatHasNoName) {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  auto collector = system.spawn<Collector>();
  system.subscribe_dead_letters(collector);
  auto customer = system.spawn<Customer>(system.spawn<LateAnswerer>());
  const std::string path = customer.path();
  customer.tell<Ping>();
  scheduler.run_until_idle();
  customer.kill();
  scheduler.run_until_idle();
  const auto letters = collector.ask<Seen>().get();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].path, path);
  EXPECT_EQ(letters[0].reason, Undelivered::killed);
}

}  // namespace

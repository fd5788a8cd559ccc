// all(...) and first(...): several asks at once.
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::all;
using troupe::AskError;
using troupe::first;
using troupe::Reason;
using troupe::Reply;
using troupe::Task;

struct Number {
  int value;
};
struct Word {};
struct Nothing {};
struct Box {};
struct Fail {};
struct Hold {};
struct Release {};

struct Server {
  std::vector<int>* order = nullptr;
  std::vector<Reply<int>> held;

  int on(Number number) {
    if (order) order->push_back(number.value);
    return number.value;
  }
  Task<std::string> on(Word) { co_return "word"; }
  void on(Nothing) {}
  std::unique_ptr<int> on(Box) { return std::make_unique<int>(8); }
  void on(Fail, Reply<int> reply) { reply.fail(AskError(Reason::failed, "no")); }
  void on(Hold, Reply<int> reply) { held.push_back(std::move(reply)); }
  int on(Release) {
    const int count = static_cast<int>(held.size());
    for (auto& reply : held) reply.answer(7);
    held.clear();
    return count;
  }
};

struct Flag {
  Signal* signal;
  void on(Nothing) { signal->set(); }
};

struct Keeper {
  Signal* signal;
  std::vector<Reply<int>> held;
  void on(Hold, Reply<int> reply) {
    held.push_back(std::move(reply));
    signal->set();
  }
};

class Combining : public OnEveryScheduler {
 protected:
  World world{GetParam()};
  std::vector<int> order;
  troupe::Ref<Server> server = world->spawn<Server>(&order);
};
INSTANTIATE_TEST_SUITE_P(All, Combining, every_scheduler(), run_name);

TEST_P(Combining, AllAwaitsEachAnswerInTheOrderOfTheParameters) {
  auto answers =
      all(server.ask<Number>(1), server.ask<Word>(), server.ask<Nothing>(), server.ask<Box>()).get();
  EXPECT_EQ(std::get<0>(answers), 1);
  EXPECT_EQ(std::get<1>(answers), "word");
  EXPECT_EQ(std::get<2>(answers), std::monostate());
  EXPECT_EQ(*std::get<3>(answers), 8);
}

TEST_P(Combining, AllMayBeAwaitedInAHandler) {
  world.in_actor([&](Inside&) -> Task<> {
    auto [number, word] = co_await all(server.ask<Number>(4), server.ask<Word>());
    EXPECT_EQ(number, 4);
    EXPECT_EQ(word, "word");
    const auto single = co_await all(server.ask<Number>(5));
    EXPECT_EQ(single, std::tuple(5));
  });
}

TEST_P(Combining, AllStartsItsAsksInTheOrderOfTheParameters) {
  static_cast<void>(all(server.ask<Number>(1), server.ask<Number>(2), server.ask<Number>(3)).get());
  world.in_actor([&](Inside&) -> Task<> {
    static_cast<void>(co_await all(server.ask<Number>(4), server.ask<Number>(5)));
  });
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5}));
}

TEST_P(Combining, AllOfAVectorAnswersInItsOrder) {
  auto ask_for = [&](int count) {
    std::vector<troupe::Ask<int>> asks;
    for (int i = 0; i < count; ++i) asks.push_back(server.ask<Number>(i));
    return asks;
  };
  EXPECT_EQ(all(ask_for(4)).get(), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_TRUE(all(ask_for(0)).get().empty());
  world.in_actor([&](Inside&) -> Task<> {
    const auto answers = co_await all(ask_for(3));
    EXPECT_EQ(answers, (std::vector<int>{0, 1, 2}));
    const auto none = co_await all(ask_for(0));
    EXPECT_TRUE(none.empty());
  });
}

TEST_P(Combining, AllThrowsTheFirstFailureWithoutWaitingForTheRest) {
  Signal failed;
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    std::string caught;
    try {
      static_cast<void>(co_await all(server.ask<Hold>(), server.ask<Fail>()));
    } catch (const AskError& error) {
      caught = error.what();
    }
    EXPECT_EQ(caught, "no");
    failed.set();
  });
  world.await(failed);
  EXPECT_THROW(static_cast<void>(all(server.ask<Hold>(), server.ask<Fail>()).get()), AskError);
  // The answers that come after all are late: dead letters, never messages.
  EXPECT_EQ(server.ask<Release>().get(), 2);
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::late_reply], 2u);
}

TEST_P(Combining, AllOfAVectorThrowsTheFirstFailure) {
  std::vector<troupe::Ask<int>> asks;
  asks.push_back(server.ask<Hold>());
  asks.push_back(server.ask<Fail>());
  EXPECT_THROW(static_cast<void>(all(std::move(asks)).get()), AskError);
}

TEST_P(Combining, ATryAskNeverFailsAll) {
  world.in_actor([&](Inside&) -> Task<> {
    auto [failed, number] = co_await all(server.try_ask<Fail>(), server.ask<Number>(2));
    EXPECT_FALSE(failed.has_value());
    EXPECT_EQ(number, 2);
  });
  std::vector<troupe::TryAsk<int>> asks;
  asks.push_back(server.try_ask<Fail>());
  asks.push_back(server.try_ask<Number>(3));
  const auto outcomes = all(std::move(asks)).get();
  EXPECT_FALSE(outcomes.at(0).has_value());
  EXPECT_EQ(outcomes.at(1).value(), 3);
}

TEST_P(Combining, EachAskOfAllHasItsOwnDeadline) {
  Signal answered, both_sent;
  auto asker = world->spawn<Inside>();
  auto watcher = world->spawn<Flag>(&both_sent);
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    // The flag's ask is sent last, so when it is raised the deadline of the first is armed.
    auto [held, number, flag] = co_await all(server.try_ask<Hold>().within(1s),
                                             server.ask<Number>(2).within(1h), watcher.ask<Nothing>());
    EXPECT_EQ(held.error().reason(), Reason::timeout);
    EXPECT_EQ(number, 2);
    EXPECT_EQ(flag, std::monostate());
    answered.set();
  });
  world.await(both_sent);
  world.advance(2s);
  world.await(answered);
}

TEST_P(Combining, ADeadlineOfAllIsThatOfEachAskWithoutAShorterOne) {
  Signal answered, all_sent;
  auto asker = world->spawn<Inside>();
  auto watcher = world->spawn<Flag>(&all_sent);
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    // The flag's ask is sent last, so when it is raised the deadlines of the others are armed.
    auto [brief, held, flag] = co_await all(server.try_ask<Hold>().within(1s),
                                            server.try_ask<Hold>().within(1h), watcher.try_ask<Nothing>())
                                   .within(10s);
    EXPECT_EQ(brief.error().reason(), Reason::timeout);
    EXPECT_EQ(held.error().reason(), Reason::timeout);
    answered.set();
  });
  world.await(all_sent);
  world.advance(11s);
  world.await(answered);
}

TEST_P(Combining, ADeadlineOfAVectorIsThatOfEachOfItsAsks) {
  Signal answered, all_sent;
  auto keeper = world->spawn<Keeper>(&all_sent);
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    std::vector<troupe::TryAsk<int>> asks;
    asks.push_back(server.try_ask<Hold>());
    asks.push_back(keeper.try_ask<Hold>());
    const auto outcomes = co_await all(std::move(asks)).within(10s);
    for (const auto& outcome : outcomes) EXPECT_EQ(outcome.error().reason(), Reason::timeout);
    answered.set();
  });
  world.await(all_sent);
  world.advance(11s);
  world.await(answered);
}

TEST_P(Combining, ADeadlineOfFirstEndsItWhenNobodyHasAnswered) {
  Signal answered, all_sent;
  auto keeper = world->spawn<Keeper>(&all_sent);
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    Reason reason = Reason::failed;
    try {
      static_cast<void>(co_await first(server.ask<Hold>(), keeper.ask<Hold>().within(1h)).within(10s));
    } catch (const AskError& error) {
      reason = error.reason();
    }
    EXPECT_EQ(reason, Reason::timeout);
    answered.set();
  });
  world.await(all_sent);
  world.advance(11s);
  world.await(answered);
}

TEST_P(Combining, FirstTakesTheEarliestAnswer) {
  const auto from_thread = first(server.ask<Hold>(), server.ask<Word>()).get();
  ASSERT_EQ(from_thread.index(), 1u);
  EXPECT_EQ(std::get<1>(from_thread), "word");
  world.in_actor([&](Inside&) -> Task<> {
    const auto answer = co_await first(server.ask<Nothing>(), server.ask<Hold>());
    EXPECT_EQ(answer.index(), 0u);
  });
  EXPECT_EQ(server.ask<Release>().get(), 2);
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::late_reply], 2u);
}

TEST_P(Combining, FirstPassesOverFailuresWhileOthersMayAnswer) {
  world.in_actor([&](Inside&) -> Task<> {
    const auto answer = co_await first(server.ask<Fail>(), server.ask<Number>(6));
    EXPECT_EQ(answer.index(), 1u);
    EXPECT_EQ(std::get<1>(answer), 6);
  });
}

TEST_P(Combining, FirstThrowsWhenAllHaveFailed) {
  auto gone = world->spawn<Server>();
  gone.kill();
  gone.join().get();
  EXPECT_THROW(static_cast<void>(first(server.ask<Fail>(), gone.ask<Number>(1)).get()), AskError);
  world.in_actor([&](Inside&) -> Task<> {
    bool caught = false;
    try {
      static_cast<void>(co_await first(gone.ask<Number>(1), server.ask<Fail>()));
    } catch (const AskError& error) {
      caught = true;
      EXPECT_EQ(error.reason(), Reason::stopped) << "of the first parameter";
    }
    EXPECT_TRUE(caught);
  });
}

// An answer that was on its way when the wait ended is as late as one that came after.
TEST(CombiningByMoreSeeds, AnswersThatNobodyWaitsForAnyMoreAreCountedHoweverEarlyTheyCame) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(seeded(seed));
    auto one = world->spawn<Server>();
    auto two = world->spawn<Server>();
    auto three = world->spawn<Server>();
    world.in_actor([&](Inside&) -> Task<> {
      static_cast<void>(co_await first(one.ask<Number>(1), two.ask<Number>(2), three.ask<Number>(3)));
    });
    world.scheduler().run_until_idle();
    EXPECT_EQ(world->dead_letters()[troupe::Undelivered::late_reply], 2u) << "seed " << seed;
  }
}

}  // namespace

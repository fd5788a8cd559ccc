// The stash: messages kept for later, in order.
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Reply;
using troupe::Task;

struct Work {
  int number;
};
struct Query {
  int number;
};
struct Promise {
  int number;
};
struct Open {};
struct Close {};
struct Done {};

// Works when it is open, and stashes what comes while it is closed.
struct Shop final : troupe::Actor<Shop> {
  std::vector<int> done;
  bool open = false;

  void on(Work work) {
    if (!open) return stash(work);
    done.push_back(work.number);
  }
  int on(Query query) {
    if (!open) {
      stash(query);
      return -1;  // not an answer: that is owed later
    }
    return query.number * 10;
  }
  void on(Promise promise, Reply<int> reply) {
    if (!open) return stash(promise, std::move(reply));
    reply.answer(promise.number * 100);
  }
  void on(Open) {
    open = true;
    unstash_all();
  }
  void on(Close) { open = false; }
  std::vector<int> on(Done) const { return done; }
};

struct Stopper {
  troupe::Ref<Shop> shop;
  void on(Close) { shop.stop(); }
};

class Stashing : public OnEveryScheduler {
 protected:
  World world{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, Stashing, every_scheduler(), run_name);

TEST_P(Stashing, StashedMessagesComeBackInOrderAndBeforeTheMailbox) {
  auto shop = world->spawn<Shop>();
  for (int i = 0; i < 3; ++i) shop.tell<Work>(i);
  shop.tell<Open>();
  for (int i = 3; i < 6; ++i) shop.tell<Work>(i);
  EXPECT_EQ(shop.ask<Done>().get(), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Stashing, UnstashedMessagesComeBeforeTheMailboxToTheLast) {
  auto shop = world->spawn<Shop>();
  for (int i = 0; i < 4; ++i) shop.tell<Work>(i);
  shop.tell<Open>();
  shop.tell<Close>();
  shop.tell<Work>(4);
  EXPECT_EQ(shop.ask<Done>().get(), (std::vector<int>{0, 1, 2, 3})) << "before it closes again";
  shop.tell<Open>();
  EXPECT_EQ(shop.ask<Done>().get(), (std::vector<int>{0, 1, 2, 3, 4}));
}

struct Juggler final : troupe::Actor<Juggler> {
  std::vector<int> seen;
  bool again = true;
  void on(Work work) {
    seen.push_back(work.number);
    if (again) stash(work);
  }
  void on(Open) { unstash_all(); }
  void on(Close) { again = false; }
  std::vector<int> on(Done) const { return seen; }
};
TEST_P(Stashing, AMessageStashedWhileUnstashingWaitsForTheNextTime) {
  auto juggler = world->spawn<Juggler>();
  for (int i = 0; i < 3; ++i) juggler.tell<Work>(i);
  juggler.tell<Open>();
  EXPECT_EQ(juggler.ask<Done>().get(), (std::vector<int>{0, 1, 2, 0, 1, 2}));
  juggler.tell<Open>();
  juggler.tell<Close>();
  juggler.tell<Open>();
  EXPECT_EQ(juggler.ask<Done>().get(), (std::vector<int>{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}));
}

TEST_P(Stashing, AnAskThatWasStashedIsAnsweredLater) {
  auto shop = world->spawn<Shop>();
  Signal answered;
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    auto [query, promise, open] =
        co_await troupe::all(shop.ask<Query>(3), shop.ask<Promise>(4), shop.ask<Open>());
    EXPECT_EQ(query, 30);
    EXPECT_EQ(promise, 400);
    answered.set();
  });
  world.await(answered);
}

TEST_P(Stashing, AnInlineAskThatIsStashedIsAnsweredLater) {
  auto shop = world->spawn<Shop>();
  Signal asked, answered;
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    asked.set();
    const int query = co_await shop.ask<Query>(3);
    EXPECT_EQ(query, 30);
    answered.set();
  });
  world.await(asked);
  // Open it until the query has come: it may be stashed before or after the first time.
  while (!answered.is_set()) {
    shop.ask<Open>().get();
    if (!world.on_threads()) world.scheduler().run_until_idle();
  }
}

TEST_P(Stashing, AFullStashThrowsAndKeepsWhatItHad) {
  struct Small final : troupe::Actor<Small> {
    std::vector<int> seen;
    std::string refusal;
    void on(Work work) {
      if (seen.empty() && refusal.empty()) {
        try {
          stash(work);
        } catch (const troupe::StashOverflow& overflow) {
          refusal = overflow.what();
        }
        return;
      }
      seen.push_back(work.number);
    }
    std::string on(Open) {
      unstash_all();
      return refusal;
    }
    std::vector<int> on(Done) const { return seen; }
  };
  auto small = world->spawn<Small>({.name = "small", .stash_capacity = 2});
  for (int i = 0; i < 3; ++i) small.tell<Work>(i);
  const std::string refusal = small.ask<Open>().get();
  EXPECT_PRED2(contains, refusal, "small (");
  EXPECT_PRED2(contains, refusal, "2");
  EXPECT_EQ(small.ask<Done>().get(), (std::vector<int>{0, 1}));
}

TEST_P(Stashing, AnOverflowThatNobodyCatchesFailsTheActorAndTheAsker) {
  auto shop = world->spawn<Shop>({.stash_capacity = 1});
  shop.tell<Work>(1);
  const auto outcome = shop.try_ask<Query>(2).get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), troupe::Reason::failed);
  EXPECT_PRED2(contains, outcome.error().what(), "stash");
}

struct Listener final {
  std::vector<int> lost;
  std::vector<troupe::Undelivered> reasons;
  Signal* all;
  std::size_t expected;
  Listener(Signal* signal, std::size_t count) : all(signal), expected(count) {}
  void on(const troupe::DeadLetter& letter) {
    const Work* work = letter.get_if<Work>();
    lost.push_back(work ? work->number : -1);
    reasons.push_back(letter.reason);
    if (lost.size() == expected) all->set();
  }
  std::vector<int> on(Done) const { return lost; }
};

// There is no restart yet, so those behind the one that fails can't be handled. None is lost all the same.
TEST_P(Stashing, AFailureInTheMidstOfUnstashingLosesNoneOfTheOthersNorTheirOrder) {
  Signal all;
  auto listener = world->spawn<Listener>(&all, 3u);
  world->subscribe_dead_letters(listener);
  struct Fragile final : troupe::Actor<Fragile> {
    bool open = false;
    void on(const Work& work) {
      if (!open) return stash(work);
      if (work.number == 1) throw std::runtime_error("dropped it");
    }
    void on(Open) {
      open = true;
      unstash_all();
    }
  };
  auto fragile = world->spawn<Fragile>();
  for (int i = 0; i < 4; ++i) fragile.tell<Work>(i);
  fragile.tell<Open>();
  static_cast<void>(fragile.join().get());
  world.await(all);
  EXPECT_EQ(listener.ask<Done>().get(), (std::vector<int>{1, 2, 3}));
}

TEST_P(Stashing, WhatIsStashedWhenTheActorStopsIsADeadLetterAndItsAskerIsTold) {
  auto shop = world->spawn<Shop>();
  shop.tell<Work>(1);
  auto stopper = world->spawn<Stopper>(shop);
  world.in_actor([&](Inside&) -> Task<> {
    // The stopper's message is sent behind the query, which has been stashed when the shop stops.
    auto [query, stop] = co_await troupe::all(shop.try_ask<Query>(2), stopper.ask<Close>());
    EXPECT_EQ(query.error().reason(), troupe::Reason::stopped);
    EXPECT_EQ(stop, std::monostate());
  });
  shop.join().get();
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::stopped], 2u);
}

}  // namespace

// Asks that get no answer: each fails at once, with a reason and a sentence, and none hangs.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::AskError;
using troupe::Reason;
using troupe::Reply;
using troupe::Task;

struct Fail {};
struct FailLater {};
struct Forget {};
struct Ping {};
struct Hold {};
struct Release {};

// An answer that survives so many moves.
struct Brittle {
  explicit Brittle(int moves) : moves_left(moves) {}
  Brittle(Brittle&& other) : moves_left(other.moves_left - 1) {
    if (moves_left < 0) throw std::runtime_error("broke on the way");
  }
  int moves_left;
};
struct BuildLater {
  int moves;
};
struct Build {
  int moves;
};
struct BuildByReply {
  int moves;
};

struct Target final : troupe::Actor<Target> {
  std::vector<Reply<int>> held;
  Signal* holding = nullptr;

  explicit Target(Signal* when_holding = nullptr) : holding(when_holding) {}
  int on(Fail) { throw std::runtime_error("out of paper"); }
  Task<int> on(FailLater) {
    const int one = co_await self_later();
    throw std::runtime_error("out of ink " + std::to_string(one));
  }
  Brittle on(Build build) { return Brittle(build.moves); }
  Task<Brittle> on(BuildLater build) { co_return Brittle(build.moves); }
  void on(BuildByReply build, Reply<Brittle> reply) { reply.answer(Brittle(build.moves)); }
  void on(Forget, Reply<int>) {}
  int on(Ping) { return 1; }
  void on(Hold, Reply<int> reply) {
    held.push_back(std::move(reply));
    if (holding) holding->set();
  }
  void on(Release) {
    for (auto& reply : held) reply.answer(7);
    held.clear();
  }

 private:
  Task<int> self_later() { co_return 1; }
};

class AskErrors : public ::testing::TestWithParam<RunOnAndInline> {
 protected:
  World world{std::get<0>(GetParam())};
  troupe::Ref<Target> spawn_target(Signal* holding = nullptr) {
    return world->spawn<Target>({.name = "printer", .inline_asks = std::get<1>(GetParam())}, holding);
  }
};
INSTANTIATE_TEST_SUITE_P(All, AskErrors, every_scheduler_and_lane(), run_and_inline_name);

void expect_cause(const AskError& error, std::string_view text) {
  ASSERT_NE(error.cause(), nullptr);
  EXPECT_EQ(thrown<std::runtime_error>([&] { std::rethrow_exception(error.cause()); }), text);
}

TEST_P(AskErrors, AnExceptionInAHandlerReachesTheAskerWithItsCause) {
  auto target = spawn_target();
  const auto outcome = target.try_ask<Fail>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::failed);
  expect_cause(outcome.error(), "out of paper");
  EXPECT_PRED2(contains, outcome.error().what(), "Target");
  EXPECT_PRED2(contains, outcome.error().what(), "Fail");
  EXPECT_PRED2(contains, outcome.error().what(), "out of paper");
}

TEST_P(AskErrors, AnExceptionInACoroutineReachesTheAskerWithItsCause) {
  auto target = spawn_target();
  const auto outcome = target.try_ask<FailLater>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::failed);
  expect_cause(outcome.error(), "out of ink 1");
}

// Goal: an exception at any of an answer's moves ends the ask, wherever it is thrown. Method: answers that
// survive none, one, two, ... moves, until one arrives.
template <class Message>
void expect_no_ask_hangs(World& world, bool inline_asks) {
  for (const bool from_thread : {true, false}) {
    bool arrived = false;
    for (int moves = 0; !arrived && moves < 20; ++moves) {
      const auto target = world->spawn<Target>({.inline_asks = inline_asks});
      std::string text;
      if (from_thread) {
        text =
            thrown<std::runtime_error>([&] { static_cast<void>(target.template ask<Message>(moves).get()); });
      } else {
        world.in_actor([&](Inside&) -> Task<> {
          try {
            static_cast<void>(co_await target.template ask<Message>(moves));
          } catch (const std::runtime_error& error) {
            text = error.what();
          }
        });
      }
      arrived = text.empty();
      if (!arrived) {
        EXPECT_PRED2(contains, text, "broke on the way");
      }
    }
    EXPECT_TRUE(arrived);
  }
}
TEST_P(AskErrors, AnAnswerThatThrowsOnItsWayFailsTheAsk) {
  const bool inline_asks = std::get<1>(GetParam());
  expect_no_ask_hangs<Build>(world, inline_asks);
  expect_no_ask_hangs<BuildLater>(world, inline_asks);
  expect_no_ask_hangs<BuildByReply>(world, inline_asks);
}

TEST_P(AskErrors, AnAskThrowsWhereATryAskReturns) {
  auto target = spawn_target();
  world.in_actor([&](Inside&) -> Task<> {
    std::string caught;
    try {
      co_await target.ask<Fail>();
    } catch (const AskError& error) {
      caught = error.what();
    }
    EXPECT_PRED2(contains, caught, "out of paper");
    const auto again = co_await target.try_ask<Ping>();
    EXPECT_FALSE(again.has_value());
  });
  EXPECT_THROW(target.ask<Ping>().get(), AskError);
}

// Without threads the target can't run between the two sends, so the second is in its mailbox when it fails.
TEST(AskErrorsOfOneThread, AFailureFailsTheMessagesBehindItWithTheSameCause) {
  World world(seeded(1));
  auto target = world->spawn<Target>();
  world.in_actor([&](Inside&) -> Task<> {
    auto both = co_await troupe::all(target.try_ask<Fail>(), target.try_ask<Ping>());
    const AskError first = std::get<0>(both).error();
    const AskError second = std::get<1>(both).error();
    EXPECT_EQ(first.reason(), Reason::failed);
    EXPECT_EQ(second.reason(), Reason::failed);
    expect_cause(second, "out of paper");
    EXPECT_PRED2(contains, second.what(), "Ping");
    EXPECT_PRED2(contains, second.what(), "out of paper");
  });
}

TEST_P(AskErrors, AReplyThatIsDroppedBreaksItsPromiseAtOnce) {
  auto target = spawn_target();
  const auto outcome = target.try_ask<Forget>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::broken_promise);
  EXPECT_PRED2(contains, outcome.error().what(), "Forget");
  EXPECT_EQ(target.ask<Ping>().get(), 1) << "the actor itself is well";
}

TEST_P(AskErrors, AnAskOfAnActorThatHasEndedFailsAtOnce) {
  auto target = spawn_target();
  target.stop();
  target.join().get();
  const auto from_thread = target.try_ask<Ping>().get();
  ASSERT_FALSE(from_thread.has_value());
  EXPECT_EQ(from_thread.error().reason(), Reason::stopped);
  EXPECT_PRED2(contains, from_thread.error().what(), "Ping");
  world.in_actor([&](Inside&) -> Task<> {
    const auto from_actor = co_await target.try_ask<Ping>();
    EXPECT_EQ(from_actor.error().reason(), Reason::stopped);
  });
}

TEST_P(AskErrors, AnAskBehindAStopFailsAtOnce) {
  auto target = spawn_target();
  world.in_actor([&](Inside&) -> Task<> {
    target.stop();
    const auto outcome = co_await target.try_ask<Ping>();
    EXPECT_EQ(outcome.error().reason(), Reason::stopped);
  });
}

TEST_P(AskErrors, AnActorThatEndsBreaksThePromisesThatItHolds) {
  Signal holding;
  auto target = spawn_target(&holding);
  Signal answered;
  std::string outcome;
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    const auto held = co_await target.try_ask<Hold>();
    outcome = troupe::to_string(held.error().reason());
    answered.set();
  });
  world.await(holding);
  target.stop();
  world.await(answered);
  EXPECT_EQ(outcome, "broken promise");
}

TEST_P(AskErrors, AnAskThroughAnEmptyAddressIsRefused) {
  const troupe::Ref<Target> nobody;
  const auto ask = [&] { static_cast<void>(nobody.ask<Ping>().get()); };
  EXPECT_PRED2(contains, thrown<troupe::UsageError>(ask), "empty address");
  const auto join = [&] { static_cast<void>(nobody.join().get()); };
  EXPECT_PRED2(contains, thrown<troupe::UsageError>(join), "empty address");
  world.in_actor([&](Inside&) -> Task<> {
    std::string caught;
    try {
      static_cast<void>(co_await nobody.try_ask<Ping>());
    } catch (const troupe::UsageError& error) {
      caught = error.what();
    }
    EXPECT_PRED2(contains, caught, "empty address");
  });
}

// --- deadlines --------------------------------------------------------------------------------------------

TEST_P(AskErrors, AMissedDeadlineFailsTheAskAndTheLateAnswerIsADeadLetter) {
  Signal holding, answered;
  auto target = spawn_target(&holding);
  std::string reason, text;
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    const auto outcome = co_await target.try_ask<Hold>().within(2s);
    reason = troupe::to_string(outcome.error().reason());
    text = outcome.error().what();
    answered.set();
  });
  world.await(holding);
  // An inline ask arms its deadline after the handler has returned, so its actor must be free first.
  target.ask<Ping>().get();
  world.advance(3s);
  world.await(answered);
  EXPECT_EQ(reason, "timeout");
  EXPECT_PRED2(contains, text, "Hold");
  EXPECT_PRED2(contains, text, "Target");
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::late_reply], 0u);
  target.ask<Release>().get();
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::late_reply], 1u);
  EXPECT_EQ(target.ask<Ping>().get(), 1);
}

TEST_P(AskErrors, AnAnswerWithinItsDeadlineIsJustAnAnswer) {
  Signal holding, answered;
  auto target = spawn_target(&holding);
  int value = 0;
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    value = co_await target.ask<Hold>().within(2s);
    answered.set();
  });
  world.await(holding);
  target.ask<Ping>().get();
  world.advance(1s);
  target.tell<Release>();
  world.await(answered);
  world.advance(10s);
  EXPECT_EQ(value, 7);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(AskErrors, ADeadlineThatHasPassedAlreadyIsNotTheDefaultOne) {
  Signal holding, answered;
  auto target = spawn_target(&holding);
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    const auto outcome = co_await target.try_ask<Hold>().within(-1s);
    EXPECT_EQ(outcome.error().reason(), Reason::timeout);
    answered.set();
  });
  world.await(holding);
  target.ask<Ping>().get();
  world.advance(1s);
  EXPECT_TRUE(world.on_threads() || answered.is_set());
  world.await(answered);
}

TEST_P(AskErrors, TheSystemsDefaultDeadlineHoldsWhereNoneIsGiven) {
  Signal holding, answered;
  auto target = spawn_target(&holding);
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    const auto outcome = co_await target.try_ask<Hold>();
    EXPECT_EQ(outcome.error().reason(), Reason::timeout);
    answered.set();
  });
  world.await(holding);
  target.ask<Ping>().get();
  world.advance(4s);
  EXPECT_FALSE(answered.is_set());
  world.advance(2s);
  world.await(answered);
}

// --- calls that their place forbids -----------------------------------------------------------------------

struct Blocker final : troupe::Actor<Blocker> {
  troupe::Ref<Target> target;
  explicit Blocker(troupe::Ref<Target> whom) : target(whom) {}
  int on(Ping) { return target.ask<Ping>().get(); }
  Task<int> on(Hold) {
    const int mine = co_await self().ask<Ping>();
    co_return mine;
  }
  int on(Fail) { return std::get<0>(troupe::all(target.ask<Ping>()).get()); }
};

TEST_P(AskErrors, AGetInAHandlerIsRefusedWithASentence) {
  auto target = spawn_target();
  auto blocker = world->spawn<Blocker>({.name = "blocker"}, target);
  const auto outcome = blocker.try_ask<Ping>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_PRED2(contains, outcome.error().what(), "blocker (");
  EXPECT_PRED2(contains, outcome.error().what(), "Blocker");
  EXPECT_PRED2(contains, outcome.error().what(), "Ping");
  EXPECT_PRED2(contains, outcome.error().what(), "co_await");
}

TEST_P(AskErrors, AGetOfSeveralInAHandlerIsRefusedToo) {
  auto target = spawn_target();
  auto blocker = world->spawn<Blocker>(target);
  const auto outcome = blocker.try_ask<Fail>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_PRED2(contains, outcome.error().what(), "co_await");
}

TEST_P(AskErrors, AnAskOfOneselfIsRefusedWithASentence) {
  auto target = spawn_target();
  auto blocker = world->spawn<Blocker>({.name = "blocker"}, target);
  const auto outcome = blocker.try_ask<Hold>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::failed);
  EXPECT_PRED2(contains, outcome.error().what(), "blocker (");
  EXPECT_PRED2(contains, outcome.error().what(), "asks itself");
  EXPECT_PRED2(contains, outcome.error().what(), "Ping");
}

TEST_P(AskErrors, AnAskIsSentOnce) {
  auto target = spawn_target();
  auto ask = target.ask<Ping>();
  EXPECT_EQ(std::move(ask).get(), 1);
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { static_cast<void>(std::move(ask).get()); }),
               "a second time");
}

}  // namespace

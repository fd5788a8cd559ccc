// Reply<T>: answers that come later, or from elsewhere.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Reason;
using troupe::Reply;
using troupe::Task;

struct Ask {
  int number;
};
struct Answer {};
struct Sum {
  std::vector<int> numbers;
  Reply<int> reply;
};
struct Collected {};

// Answers in batches: what was asked waits until somebody says so.
struct Desk {
  std::vector<std::pair<int, Reply<int>>> waiting;
  Signal* first = nullptr;

  void on(Ask ask, Reply<int> reply) {
    waiting.emplace_back(ask.number, std::move(reply));
    if (first) first->set();
  }
  int on(Answer) {
    int answered = 0;
    for (auto& [number, reply] : waiting) {
      reply.answer(number * 10);
      ++answered;
    }
    waiting.clear();
    return answered;
  }
  void on(Sum sum) {
    int total = 0;
    for (const int number : sum.numbers) total += number;
    sum.reply.answer(total);
  }
};

using Replies = OnEveryScheduler;
INSTANTIATE_TEST_SUITE_P(All, Replies, every_scheduler(), run_name);

TEST_P(Replies, AHandlerMayAnswerInALaterTurn) {
  World world(GetParam());
  Signal done;
  auto desk = world->spawn<Desk>();
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    auto answers = co_await troupe::all(desk.ask<Ask>(1), desk.ask<Ask>(2), desk.ask<Answer>());
    EXPECT_EQ(answers, std::tuple(10, 20, 2));
    done.set();
  });
  world.await(done);
}

TEST_P(Replies, AMessageMayCarryItsReply) {
  World world(GetParam());
  auto desk = world->spawn<Desk>();
  EXPECT_EQ(desk.ask<Sum>(std::vector<int>{1, 2, 3}).get(), 6);
  world.in_actor([&](Inside&) -> Task<> {
    const std::vector<int> numbers{4, 5};
    const int sum = co_await desk.ask<Sum>(numbers);
    EXPECT_EQ(sum, 9);
    // Told and not asked, its reply is empty and swallows the answer.
    desk.tell<Sum>(numbers);
    const auto outcome = co_await desk.try_ask<Sum>(numbers);
    EXPECT_EQ(outcome.value(), 9);
  });
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Replies, AToldMessageWithAReplyParameterSwallowsItsAnswer) {
  World world(GetParam());
  auto desk = world->spawn<Desk>();
  desk.tell<Ask>(1);
  EXPECT_EQ(desk.ask<Answer>().get(), 1);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

// A clerk hands the duty to answer on to another actor.
struct Clerk {
  struct Handle {
    int number;
    Reply<int> reply;
  };
  void on(Handle handle) { handle.reply.answer(handle.number + 1); }
};
struct Front {
  troupe::Ref<Clerk> clerk;
  void on(Ask ask, Reply<int> reply) { clerk.tell<Clerk::Handle>(ask.number, std::move(reply)); }
};
TEST_P(Replies, AnotherActorMayAnswer) {
  World world(GetParam());
  auto clerk = world->spawn<Clerk>();
  auto front = world->spawn<Front>(clerk);
  EXPECT_EQ(front.ask<Ask>(1).get(), 2);
  world.in_actor([&](Inside&) -> Task<> {
    const int answer = co_await front.ask<Ask>(5);
    EXPECT_EQ(answer, 6);
  });
  clerk.kill();
  clerk.join().get();
  const auto lost = front.try_ask<Ask>(1).get();
  ASSERT_FALSE(lost.has_value()) << "the message that carried the reply was dropped, and the reply with it";
}

struct Out {
  std::vector<std::thread>* threads;
  void on(Ask ask, Reply<int> reply) {
    threads->emplace_back(
        [number = ask.number, to = std::move(reply)]() mutable { to.answer(number + 100); });
  }
};
TEST(RepliesFromThreads, AThreadMayAnswer) {
  World world(threads(2));
  std::vector<std::thread> threads;
  auto out = world->spawn<Out>(&threads);
  EXPECT_EQ(out.ask<Ask>(1).get(), 101);
  world.in_actor([&](Inside&) -> Task<> {
    const int answer = co_await out.ask<Ask>(2);
    EXPECT_EQ(answer, 102);
  });
  for (std::thread& thread : threads) thread.join();
}

struct Refuse {};
struct RefuseWithReason {};
struct Refuser {
  void on(Refuse, Reply<int> reply) { reply.fail(std::make_exception_ptr(std::runtime_error("sold out"))); }
  void on(RefuseWithReason, Reply<int> reply) {
    reply.fail(troupe::AskError(Reason::stopped, "closed for today"));
  }
  int on(Answer) { return 1; }
};
TEST_P(Replies, AReplyMayFailTheAskWithoutFailingTheActor) {
  World world(GetParam());
  auto refuser = world->spawn<Refuser>();
  const auto outcome = refuser.try_ask<Refuse>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::failed);
  EXPECT_PRED2(contains, outcome.error().what(), "sold out");
  ASSERT_NE(outcome.error().cause(), nullptr);
  const auto refused = refuser.try_ask<RefuseWithReason>().get();
  EXPECT_EQ(refused.error().reason(), Reason::stopped);
  EXPECT_STREQ(refused.error().what(), "closed for today");
  EXPECT_EQ(refuser.ask<Answer>().get(), 1);
}

struct Keep {};
struct State {};
struct Keeper {
  Reply<int> kept;
  Signal* keeping;
  explicit Keeper(Signal* signal) : keeping(signal) {}
  void on(Keep, Reply<int> reply) {
    kept = std::move(reply);
    keeping->set();
  }
  bool on(State) const { return static_cast<bool>(kept); }
  void on(Answer) { kept.answer(3); }
};
TEST_P(Replies, AssigningOverAReplyBreaksTheOldPromise) {
  World world(GetParam());
  Signal keeping, broken, answered;
  auto keeper = world->spawn<Keeper>(&keeping);
  EXPECT_FALSE(keeper.ask<State>().get());
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    const auto outcome = co_await keeper.try_ask<Keep>();
    EXPECT_EQ(outcome.error().reason(), Reason::broken_promise);
    broken.set();
  });
  world.await(keeping);
  EXPECT_TRUE(keeper.ask<State>().get());
  auto second = world->spawn<Inside>();
  second.tell<Inside::Step>([&](Inside&) -> Task<> {
    const int answer = co_await keeper.ask<Keep>();
    EXPECT_EQ(answer, 3);
    answered.set();
  });
  world.await(broken);
  keeper.tell<Answer>();
  world.await(answered);
}

struct Guarded {
  Reply<int> reply{};
};
struct Parameter {};
struct Local {};
struct InCoroutine {};
struct InCoroutineLocal {};
struct Caught {};

/// Throws while it has the duty to answer, wherever it keeps it.
struct Clumsy {
  void on(Guarded) { throw std::runtime_error("out of paper"); }
  void on(Parameter, Reply<int>) { throw std::runtime_error("out of paper"); }
  void on(Local, Reply<int> reply) {
    const Reply<int> kept = std::move(reply);
    throw std::runtime_error("out of paper");
  }
  Task<> on(InCoroutine, Reply<int>) {
    co_await nothing();
    throw std::runtime_error("out of paper");
  }
  Task<> on(InCoroutineLocal, Reply<int> reply) {
    const Reply<int> kept = std::move(reply);
    co_await nothing();
    throw std::runtime_error("out of paper");
  }
  void on(Caught, Reply<int> reply) {
    try {
      const Reply<int> kept = std::move(reply);
      throw std::runtime_error("out of paper");
    } catch (const std::runtime_error&) {
    }
  }

 private:
  static Task<> nothing() { co_return; }
};

template <class Message>
void expect_the_cause(World& world) {
  const auto outcome = world->spawn<Clumsy>().template try_ask<Message>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::failed);
  EXPECT_PRED2(contains, outcome.error().what(), "out of paper");
  EXPECT_NE(outcome.error().cause(), nullptr);
}

TEST_P(Replies, AHandlerThatThrowsFailsTheAskThatItWasToAnswer) {
  World world(GetParam());
  expect_the_cause<Guarded>(world);
  expect_the_cause<Parameter>(world);
  expect_the_cause<Local>(world);
  expect_the_cause<InCoroutine>(world);
  expect_the_cause<InCoroutineLocal>(world);
}

TEST_P(Replies, AReplyThatIsLostToACaughtExceptionIsABrokenPromise) {
  World world(GetParam());
  auto clumsy = world->spawn<Clumsy>();
  EXPECT_EQ(clumsy.try_ask<Caught>().get().error().reason(), Reason::broken_promise);
  EXPECT_TRUE(clumsy.alive());
}

}  // namespace

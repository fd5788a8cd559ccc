// ask: from threads and from actors, answered at once, later, or through a coroutine.
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Task;

struct Add {
  int by;
};
struct Get {};
struct Slow {};
struct Where {};
struct Wrap {
  std::unique_ptr<int> content;
};
struct Touch {};

struct Counter {
  int value = 0;
  void on(Add add) { value += add.by; }
  int on(Get) const { return value; }
  Task<int> on(Slow) { co_return value; }
  Task<void> on(Touch) {
    ++value;
    co_return;
  }
  std::unique_ptr<int> on(Wrap wrap) { return std::move(wrap.content); }
  std::thread::id on(Where) const { return std::this_thread::get_id(); }
};

// Each test runs once with asks inside the asker's thread, and once with all asks queued.
class Asking : public ::testing::TestWithParam<RunOnAndInline> {
 protected:
  World world{std::get<0>(GetParam())};
  troupe::Ref<Counter> spawn_counter() {
    return world->spawn<Counter>({.inline_asks = std::get<1>(GetParam())});
  }
};
INSTANTIATE_TEST_SUITE_P(All, Asking, every_scheduler_and_lane(), run_and_inline_name);

TEST_P(Asking, AThreadIsAnsweredWithTheHandlersResult) {
  auto counter = spawn_counter();
  counter.tell<Add>(5);
  EXPECT_EQ(counter.ask<Get>().get(), 5);
  EXPECT_EQ(counter.ask(Get{}).get(), 5);
  EXPECT_EQ(counter.ask<Slow>().get(), 5);
  EXPECT_EQ(*counter.ask<Wrap>(std::make_unique<int>(3)).get(), 3);
}

TEST_P(Asking, AnAnswerOfNothingSaysThatTheMessageHasBeenHandled) {
  auto counter = spawn_counter();
  counter.ask<Add>(1).get();
  counter.ask<Touch>().get();
  counter.try_ask<Add>(1).get().value();
  EXPECT_EQ(counter.ask<Get>().get(), 3);
}

TEST_P(Asking, AnActorIsAnsweredWithTheHandlersResult) {
  auto counter = spawn_counter();
  world.in_actor([&](Inside&) -> Task<> {
    co_await counter.ask<Add>(5);
    const int plain = co_await counter.ask<Get>();
    EXPECT_EQ(plain, 5);
    const int slow = co_await counter.ask<Slow>();
    EXPECT_EQ(slow, 5);
    co_await counter.ask<Touch>();
    const auto outcome = co_await counter.try_ask<Get>();
    EXPECT_EQ(outcome.value(), 6);
    auto content = std::make_unique<int>(3);
    const auto wrapped = co_await counter.ask<Wrap>(troupe::take(content));
    EXPECT_EQ(*wrapped, 3);
  });
}

TEST_P(Asking, AnAskIsSentWhenItIsAwaitedAndNotBefore) {
  auto counter = spawn_counter();
  auto later = counter.ask<Get>();
  counter.tell<Add>(1);
  EXPECT_EQ(std::move(later).get(), 1);
  {
    static_cast<void>(counter.ask<Add>(100));
  }
  EXPECT_EQ(counter.ask<Get>().get(), 1);
  EXPECT_EQ(world->dead_letters().total(), 0u) << "what was never sent isn't missed";
}

TEST_P(Asking, ManyAsksInARowFromAnActorGiveOthersTheirTurn) {
  auto counter = spawn_counter();
  auto busy = world->spawn<Inside>();
  Signal killed;
  busy.tell<Inside::Step>([&](Inside&) -> Task<> {
    const troupe::Ref<Counter> target = counter;
    for (;;) {
      co_await target.ask<Add>(1);
      killed.set();
    }
  });
  world.await(killed);
  busy.kill();
  busy.join().get();
  EXPECT_GE(counter.ask<Get>().get(), 1);
}

// --- where the handler runs -------------------------------------------------------------------------------

TEST(InlineAsking, AnIdleActorAnswersInTheAskersOwnThread) {
  World world(threads(2));
  auto counter = world->spawn<Counter>();
  EXPECT_EQ(counter.ask<Where>().get(), std::this_thread::get_id());
  auto never = world->spawn<Counter>({.inline_asks = false});
  EXPECT_NE(never.ask<Where>().get(), std::this_thread::get_id());
  auto pinned = world->spawn<Counter>({.pinned = true});
  EXPECT_NE(pinned.ask<Where>().get(), std::this_thread::get_id());
}

// The asks nest in one thread's stack until its bound is reached; the rest is queued.
struct Link {
  troupe::Ref<Link> next;
  Task<int> on(Get) {
    if (!next) co_return 1;
    const int rest = co_await next.ask<Get>();
    co_return rest + 1;
  }
};
TEST(InlineAsking, AChainOfAsksMayBeLongerThanAnyStack) {
  for (const RunOn run : {threads(2), seeded(1)}) {
    World world(run);
    troupe::Ref<Link> last;
    for (int i = 0; i < 20'000; ++i) last = world->spawn<Link>(last);
    EXPECT_EQ(last.ask<Get>().get(), 20'000);
  }
}

// While an inline handler awaits, its actor is busy like any other, and its mail waits.
struct Forwarder {
  troupe::Ref<Counter> to;
  std::vector<std::string>* events;
  Task<int> on(Get) {
    events->push_back("asks");
    const int value = co_await to.ask<Slow>();
    events->push_back("answers");
    co_return value;
  }
  void on(Touch) { events->push_back("touched"); }
};
TEST_P(Asking, AnAskedHandlerMayAskInItsTurn) {
  auto counter = spawn_counter();
  std::vector<std::string> events;
  auto forwarder = world->spawn<Forwarder>(counter, &events);
  counter.tell<Add>(9);
  EXPECT_EQ(forwarder.ask<Get>().get(), 9);
  world.in_actor([&](Inside&) -> Task<> {
    const int value = co_await forwarder.ask<Get>();
    EXPECT_EQ(value, 9);
  });
  forwarder.ask<Touch>().get();
  EXPECT_EQ(events, (std::vector<std::string>{"asks", "answers", "asks", "answers", "touched"}));
}

TEST(InlineAsking, ManyThreadsAskOneActorAtOnce) {
  World world(threads(2));
  auto counter = world->spawn<Counter>();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([counter] {
      for (int i = 0; i < 500; ++i) counter.ask<Add>(1).get();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.ask<Get>().get(), 2000);
}

}  // namespace

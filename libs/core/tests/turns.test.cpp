// Turns: one message at a time, exclusive or reentrant; coroutines, and tasks within tasks.
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Reply;
using troupe::Task;

using Events = std::vector<std::string>;

struct Begin {
  std::string name;
};
struct Note {
  std::string name;
};
struct Flush {};
struct Open {};
struct Wait {};
struct WaitForAll {
  std::size_t count;
};

// Holds whoever waits until it is opened; tells when so many wait.
struct Gate {
  std::vector<Reply<void>> waiting;
  std::size_t wanted = 0;
  Reply<void> when_all_wait;

  void on(Wait, Reply<void> reply) {
    waiting.push_back(std::move(reply));
    tell_when_full();
  }
  void on(WaitForAll all, Reply<void> reply) {
    wanted = all.count;
    when_all_wait = std::move(reply);
    tell_when_full();
  }
  void on(Open) {
    // The latest first: in which order they go on is the gate's to say, not the mailbox's.
    while (!waiting.empty()) {
      waiting.back().answer();
      waiting.pop_back();
    }
  }

 private:
  void tell_when_full() {
    if (when_all_wait && waiting.size() == wanted) when_all_wait.answer();
  }
};

template <troupe::Turns mode>
struct Worker {
  static constexpr troupe::Turns turns = mode;
  troupe::Ref<Gate> gate;
  Events events;

  explicit Worker(troupe::Ref<Gate> at) : gate(at) {}
  Task<void> on(const Begin& begin) {
    events.push_back("begin " + begin.name);
    co_await gate.ask<Wait>();
    // The message is still whole, whatever has come in meanwhile.
    events.push_back("end " + begin.name);
  }
  void on(const Note& note) { events.push_back("note " + note.name); }
  Events on(Flush) const { return events; }
};

using Turning = OnEveryScheduler;
INSTANTIATE_TEST_SUITE_P(All, Turning, every_scheduler(), run_name);

TEST_P(Turning, WhileAnExclusiveHandlerAwaitsNoOtherMessageIsHandled) {
  World world(GetParam());
  auto gate = world->spawn<Gate>();
  auto worker = world->spawn<Worker<troupe::exclusive>>(gate);
  worker.tell<Begin>("a");
  worker.tell<Note>("1");
  worker.tell<Begin>("b");
  worker.tell<Note>("2");
  for (int turn = 0; turn < 2; ++turn) {
    gate.ask<WaitForAll>(1u).get();
    gate.tell<Open>();
  }
  EXPECT_EQ(worker.ask<Flush>().get(), (Events{"begin a", "end a", "note 1", "begin b", "end b", "note 2"}));
}

TEST_P(Turning, WhileAReentrantHandlerAwaitsOtherMessagesAreHandled) {
  World world(GetParam());
  auto gate = world->spawn<Gate>();
  auto worker = world->spawn<Worker<troupe::reentrant>>(gate);
  // Long names: the message lives until its turn ends, while others have come, and gone.
  const std::string a(100, 'a'), b(100, 'b');
  worker.tell<Begin>(a);
  worker.tell<Note>("1");
  worker.tell<Begin>(b);
  worker.tell<Note>("2");
  gate.ask<WaitForAll>(2u).get();
  EXPECT_EQ(worker.ask<Flush>().get(), (Events{"begin " + a, "note 1", "begin " + b, "note 2"}));
  gate.ask<Open>().get();
  // The two answers are signals: they come before the next message.
  EXPECT_EQ(worker.ask<Flush>().get(),
            (Events{"begin " + a, "note 1", "begin " + b, "note 2", "end " + b, "end " + a}));
}

struct SelfAsker final : troupe::Actor<SelfAsker> {
  static constexpr troupe::Turns turns = troupe::reentrant;
  Task<int> on(Begin) {
    const int length = co_await self().ask<Note>("four");
    co_return length * 10;
  }
  int on(const Note& note) { return static_cast<int>(note.name.size()); }
};
TEST_P(Turning, AReentrantActorMayAskItself) {
  World world(GetParam());
  EXPECT_EQ(world->spawn<SelfAsker>().ask<Begin>("x").get(), 40);
}

TEST_P(Turning, AReentrantActorStopsInOrderWhenItsTurnsHaveEnded) {
  World world(GetParam());
  auto gate = world->spawn<Gate>();
  auto worker = world->spawn<Worker<troupe::reentrant>>(gate);
  Signal ended;
  auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    const auto outcome = co_await worker.try_ask<Begin>("a");
    EXPECT_TRUE(outcome.has_value());
    ended.set();
  });
  gate.ask<WaitForAll>(1u).get();
  worker.stop();
  gate.tell<Open>();
  world.await(ended);
  worker.join().get();
}

// --- tasks within tasks -----------------------------------------------------------------------------------

struct Sum {
  int up_to;
};
struct Failing {
  int depth;
};
struct Caught {};

struct Nested {
  Task<int> on(Sum sum) { return add(sum.up_to); }
  Task<int> on(Failing failing) {
    const int never = co_await fail(failing.depth);
    co_return never;
  }
  Task<std::string> on(Caught) {
    std::string text;
    try {
      co_await fail(3);
    } catch (const std::out_of_range& error) {
      text = error.what();
    }
    co_return text;
  }

 private:
  Task<int> add(int number) {
    if (number == 0) co_return 0;
    const int rest = co_await add(number - 1);
    co_return rest + number;
  }
  Task<int> fail(int depth) {
    if (depth == 0) throw std::out_of_range("too deep");
    const int never = co_await fail(depth - 1);
    co_return never;
  }
};

TEST_P(Turning, ATaskMayAwaitTasks) {
  World world(GetParam());
  auto nested = world->spawn<Nested>();
  EXPECT_EQ(nested.ask<Sum>(100).get(), 5050);
}

TEST_P(Turning, AnExceptionPassesThroughTasks) {
  World world(GetParam());
  auto nested = world->spawn<Nested>();
  EXPECT_EQ(nested.ask<Caught>().get(), "too deep");
  const auto outcome = nested.try_ask<Failing>(5).get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_PRED2(contains, outcome.error().what(), "too deep");
  EXPECT_EQ(thrown<std::out_of_range>([&] { std::rethrow_exception(outcome.error().cause()); }), "too deep");
}

TEST_P(Turning, ATaskThatIsNeverAwaitedNeverRuns) {
  World world(GetParam());
  bool ran = false;
  const auto set = [&]() -> Task<> {
    ran = true;
    co_return;
  };
  world.in_actor([&](Inside&) -> Task<> {
    {
      const auto unused = set();
    }
    EXPECT_FALSE(ran);
    auto used = set();
    co_await std::move(used);
    EXPECT_TRUE(ran);
  });
}

TEST_P(Turning, AnAskInsideANestedTaskSuspendsTheWholeTurn) {
  World world(GetParam());
  auto gate = world->spawn<Gate>();
  Events events;
  const auto wait = [&](std::string name) -> Task<int> {
    events.push_back("waits " + name);
    co_await gate.ask<Wait>();
    events.push_back("goes on " + name);
    co_return static_cast<int>(name.size());
  };
  Signal done;
  auto actor = world->spawn<Inside>();
  actor.tell<Inside::Step>([&](Inside&) -> Task<> {
    const std::string name = "inner";
    const int length = co_await wait(name);
    EXPECT_EQ(length, 5);
  });
  actor.tell<Inside::Step>([&](Inside&) -> Task<> {
    events.push_back("next turn");
    done.set();
    co_return;
  });
  gate.ask<WaitForAll>(1u).get();
  gate.tell<Open>();
  world.await(done);
  EXPECT_EQ(events, (Events{"waits inner", "goes on inner", "next turn"}));
}

// A loop of awaits that are answered on the spot, or after a real wait, must not build up a stack; nor must
// one of tasks, also where the compiler makes no tail calls.
TEST_P(Turning, ALoopMayAwaitForLong) {
  World world(GetParam());
  auto nested = world->spawn<Nested>();
  auto far = world->spawn<Nested>({.inline_asks = false});
  world.in_actor([&](Inside&) -> Task<> {
    long sum = 0;
    for (int i = 0; i < 5'000; ++i) {
      sum += co_await nested.ask<Sum>(1);
      if (i % 10 == 0) sum += co_await far.ask<Sum>(1);
    }
    EXPECT_EQ(sum, 5'500);
    const auto one = [](int number) -> Task<int> { co_return number; };
    for (int i = 0; i < 200'000; ++i) sum += co_await one(1);
    EXPECT_EQ(sum, 205'500);
  });
}

}  // namespace

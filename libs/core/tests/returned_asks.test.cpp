// A handler may return the ask, or the delivery, that it would await last: its outcome is the answer.
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "busy_desk.hpp"
#include "deadlock_support.hpp"
#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Ask;
using troupe::AskError;
using troupe::bounded;
using troupe::Duration;
using troupe::Reason;
using troupe::Task;
using troupe::TryAsk;

struct Pass {
  int number = 0;
};
struct TryPass {
  int number = 0;
};
struct PassWithReply {
  int number = 0;
};
struct AskSum {};
struct AskSumOrNothing {};
struct Fall {};
struct PassedSoFar {};

/// Hands on what it gets, without a coroutine of its own.
struct Passer : troupe::Actor<Passer> {
  explicit Passer(troupe::Ref<Desk> to) : desk(to) {}

  Ask<> on(Pass pass) {
    ++passed;
    if (pass.number == 0) return {};
    return desk.deliver<Item>(pass.number).within(Duration::max());
  }
  TryAsk<> on(TryPass pass) { return desk.try_deliver<Item>(pass.number).within(Duration::max()); }
  Ask<> on(PassWithReply pass, troupe::Reply<int> reply) {
    reply.answer(pass.number);
    return desk.deliver<Item>(pass.number).within(Duration::max());
  }
  Ask<int> on(AskSum) { return desk.ask<Sum>(); }
  TryAsk<int> on(AskSumOrNothing) { return desk.try_ask<Sum>(); }
  Ask<> on(Fall) { throw std::runtime_error("the passer fell over"); }
  int on(PassedSoFar) const { return passed; }

  troupe::Ref<Desk> desk;
  int passed = 0;
};

/// The same, and takes in more while it waits.
struct OpenPasser {
  static constexpr auto turns = troupe::reentrant;
  troupe::Ref<Desk> desk;
  int passed = 0;

  Ask<> on(Pass pass) {
    ++passed;
    return desk.deliver<Item>(pass.number).within(Duration::max());
  }
  int on(PassedSoFar) const { return passed; }
};

class ReturnedAsks : public BusyDeskTest {
 protected:
  troupe::Ref<Passer> passer;

  void desk_with_room_for(unsigned room) {
    gate = world->spawn<Gate>();
    desk = world->spawn<Desk>({.mailbox = bounded(room)}, gate);
    passer = world->spawn<Passer>(desk);
  }
  /// The desk handles nothing, and has so much room.
  void held_desk_with_room_for(unsigned room) {
    busy_desk({.mailbox = bounded(room)});
    passer = world->spawn<Passer>(desk);
  }
  std::size_t waiting() {
    for (const auto& one : world->tree()) {
      if (one.path == desk.path()) return one.waiting_for_room;
    }
    return 0;
  }
  void await_waiting() {
    settle(world, [&] { return waiting() == 1; });
  }
};
INSTANTIATE_TEST_SUITE_P(All, ReturnedAsks, every_scheduler(), run_name);

TEST_P(ReturnedAsks, DeliverInOrder) {
  desk_with_room_for(2);
  for (int i = 1; i <= 20; ++i) passer.tell<Pass>(i);
  await_handled(20);
  std::vector<int> expected;
  for (int i = 1; i <= 20; ++i) expected.push_back(i);
  EXPECT_EQ(desk.ask<Handled>().get(), expected);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(ReturnedAsks, KeepTheirTurnUntilThereIsRoom) {
  held_desk_with_room_for(1);
  passer.tell<Pass>(1);
  passer.tell<Pass>(2);
  passer.tell<Pass>(3);
  await_waiting();
  for (const auto& one : world->tree()) {
    if (one.path == passer.path()) {
      EXPECT_EQ(one.mailbox_depth, 1u) << "the third has to wait for the second's end";
    }
  }
  release();
  EXPECT_EQ(passer.ask<PassedSoFar>().get(), 3);
  await_handled(3);
  EXPECT_EQ(desk.ask<Handled>().get(), (std::vector{1, 2, 3}));
}

TEST_P(ReturnedAsks, TakeInOthersMeanwhileWhereTheActorIsReentrant) {
  held_desk_with_room_for(1);
  const auto open = world->spawn<OpenPasser>(desk);
  open.tell<Pass>(1);
  open.tell<Pass>(2);
  await_waiting();
  EXPECT_EQ(open.ask<PassedSoFar>().get(), 2);
  release();
  await_handled(2);
  EXPECT_EQ(desk.ask<Handled>().get(), (std::vector{1, 2}));
}

TEST_P(ReturnedAsks, AnswerTheirAskerAtOnceWhereNothingHasToBeAwaited) {
  held_desk_with_room_for(1);
  passer.ask<Pass>(0).get();
  passer.ask<Pass>(1).get();
  EXPECT_EQ(depth(), 1u);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1}));
}

TEST_P(ReturnedAsks, AnswerTheirAskerWhenTheyAreDone) {
  held_desk_with_room_for(1);
  passer.ask<Pass>(1).get();
  Signal done;
  const auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([this, &done](Inside&) -> Task<> {
    co_await passer.ask<Pass>(2).within(Duration::max());
    done.set();
  });
  await_waiting();
  EXPECT_FALSE(done.is_set());
  release();
  world.await(done);
}

TEST_P(ReturnedAsks, AnswerWithWhatTheyYield) {
  desk_with_room_for(10);
  for (int i = 1; i <= 4; ++i) passer.ask<Pass>(i).get();
  await_handled(4);
  EXPECT_EQ(passer.ask<AskSum>().get(), 10);
  EXPECT_EQ(passer.ask<AskSumOrNothing>().get(), 10);
  const auto asker = world->spawn<Inside>();
  int sum = 0;
  Signal done;
  asker.tell<Inside::Step>([this, &sum, &done](Inside&) -> Task<> {
    sum = co_await passer.ask<AskSum>();
    done.set();
  });
  world.await(done);
  EXPECT_EQ(sum, 10);
}

TEST_P(ReturnedAsks, MayFollowAReply) {
  held_desk_with_room_for(1);
  EXPECT_EQ(passer.ask<PassWithReply>(1).get(), 1);
  EXPECT_EQ(passer.ask<PassWithReply>(2).get(), 2);
  await_waiting();
  EXPECT_EQ(handled_in_the_end(), (std::vector{1, 2}));
}

TEST_P(ReturnedAsks, FailTheActorAsAnExceptionWouldThatLeavesItsHandler) {
  desk_with_room_for(1);
  desk.stop();
  desk.join().get();
  const auto outcome = passer.try_ask<Pass>(1).get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::failed);
  EXPECT_THROW(std::rethrow_exception(outcome.error().cause()), AskError);
  passer.join().get();
}

TEST_P(ReturnedAsks, YieldTheirFailureAsAValueWhereTheyAreTried) {
  desk_with_room_for(1);
  desk.stop();
  desk.join().get();
  const auto outcome = passer.ask<TryPass>(1).get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::stopped);
  const auto sum = passer.ask<AskSumOrNothing>().get();
  ASSERT_FALSE(sum.has_value());
  EXPECT_EQ(sum.error().reason(), Reason::stopped);
  EXPECT_EQ(passer.ask<PassedSoFar>().get(), 0);
}

TEST_P(ReturnedAsks, AreAcceptedAtOnceWhereTheyAreTriedAndThereIsRoom) {
  held_desk_with_room_for(1);
  EXPECT_TRUE(passer.ask<TryPass>(1).get().has_value());
  EXPECT_EQ(handled_in_the_end(), (std::vector{1}));
}

TEST_P(ReturnedAsks, DontChangeWhatAnExceptionBeforeThemDoes) {
  desk_with_room_for(1);
  const auto outcome = passer.try_ask<Fall>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::failed);
  EXPECT_TRUE(contains(outcome.error().what(), "the passer fell over")) << outcome.error().what();
}

TEST_P(ReturnedAsks, EndWithTheirActor) {
  held_desk_with_room_for(1);
  passer.tell<Pass>(1);
  passer.tell<Pass>(2);
  await_waiting();
  passer.kill();
  passer.join().get();
  EXPECT_EQ(waiting(), 0u);
  EXPECT_EQ(handled_in_the_end(), (std::vector{1}));
}

/// Its first attempt finds the gate shut.
struct Persistent {
  static constexpr unsigned retry = 1;
  troupe::Ref<Gate> gate;
  int* attempts;

  Ask<int> on(const AskSum&) {
    if (++*attempts == 1) throw std::runtime_error("not yet");
    return gate.ask<Held>();
  }
};
struct Office : troupe::Actor<Office> {
  static constexpr troupe::SupervisorOptions supervision{.strategy = troupe::one_for_one};
  struct Hire {
    int* attempts;
  };
  troupe::Ref<Gate> gate;
  explicit Office(troupe::Ref<Gate> at) : gate(at) {}
  troupe::Ref<Persistent> on(Hire hire) { return spawn<Persistent>(gate, hire.attempts); }
};

TEST_P(ReturnedAsks, AreTriedAgainWithTheirMessage) {
  gate = world->spawn<Gate>();
  int attempts = 0;
  const auto worker = world->spawn<Office>(gate).ask<Office::Hire>(&attempts).get();
  EXPECT_EQ(worker.ask<AskSum>().get(), 0);
  EXPECT_EQ(attempts, 2);
}

TEST_P(ReturnedAsks, MayBeOfNothing) {
  troupe::Ask<>().get();
  troupe::Ask<>().within(1ms).get();
  EXPECT_TRUE(troupe::TryAsk<>().get().has_value());
  EXPECT_THROW(static_cast<void>(troupe::all(troupe::Ask<>()).get()), troupe::UsageError);
  Signal done;
  world->spawn<Inside>().tell<Inside::Step>([&done](Inside&) -> Task<> {
    co_await troupe::Ask<>();
    Ask<> named;
    co_await std::move(named);
    done.set();
  });
  world.await(done);
}

/// Two that hand on to each other.
struct Mirror {
  troupe::Ref<Mirror>* other;
  unsigned* line;

  Ask<int> on(AskSum) {
    *line = __LINE__ + 1;
    return other->ask<AskSum>();
  }
};

TEST_P(ReturnedAsks, AreNamedInTheReportOfADeadlockWithTheirLine) {
  Table table{GetParam()};
  troupe::Ref<Mirror> one;
  troupe::Ref<Mirror> two;
  unsigned line = 0;
  one = table.world->spawn<Mirror>(&two, &line);
  two = table.world->spawn<Mirror>(&one, &line);
  const auto outcome = one.try_ask<AskSum>().get();
  ASSERT_FALSE(outcome.has_value());
  const troupe::Deadlock found = table.report();
  ASSERT_EQ(found.waits.size(), 2u);
  for (const auto& wait : found.waits) EXPECT_EQ(wait.line, line) << to_string(found);
}

}  // namespace

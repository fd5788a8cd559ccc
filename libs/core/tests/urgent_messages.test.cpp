// A class may name urgent messages: they are handled before others, each type in its own order.
#include <vector>

#include "busy_desk.hpp"
#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Task;

struct Cancel {
  int number = 0;
};
struct Work {
  int number = 0;
};

struct Clerk {
  using urgent = troupe::Messages<Cancel>;
  troupe::Ref<Gate> gate;
  std::vector<int> handled;

  explicit Clerk(troupe::Ref<Gate> at) : gate(at) {}
  Task<> on(Hold) {
    auto waiting = gate.ask<Wait>().within(troupe::Duration::max());
    co_await std::move(waiting);
  }
  void on(Cancel cancel) { handled.push_back(cancel.number); }
  void on(Work work) { handled.push_back(work.number); }
  std::vector<int> on(Handled) const { return handled; }
};

class UrgentMessages : public OnEveryScheduler {
 protected:
  World world{GetParam()};
  troupe::Ref<Gate> gate = world->spawn<Gate>();
  troupe::Ref<Clerk> busy_clerk(const troupe::SpawnOptions& options) {
    const auto clerk = world->spawn<Clerk>(options, gate);
    clerk.tell<Hold>();
    settle(world, [&] { return gate.ask<Held>().get() == 1; });
    return clerk;
  }
  std::vector<int> handled(troupe::Ref<Clerk> clerk) {
    gate.ask<Open>().get();
    return clerk.ask<Handled>().get();
  }
};
INSTANTIATE_TEST_SUITE_P(All, UrgentMessages, every_scheduler(), run_name);

TEST_P(UrgentMessages, GoBeforeThoseThatWaitAndKeepTheirOrder) {
  const auto clerk = busy_clerk({});
  clerk.tell<Work>(1);
  clerk.tell<Cancel>(-1);
  clerk.tell<Work>(2);
  clerk.tell<Cancel>(-2);
  EXPECT_EQ(handled(clerk), (std::vector{-1, -2, 1, 2}));
}

TEST_P(UrgentMessages, HaveABoundOfTheirOwn) {
  const auto clerk = busy_clerk({.mailbox = troupe::bounded(2)});
  for (int i = 1; i <= 3; ++i) clerk.tell<Work>(i);
  for (int i = 1; i <= 3; ++i) clerk.tell<Cancel>(-i);
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::overflow], 2u);
  EXPECT_EQ(handled(clerk), (std::vector{-1, -2, 1, 2}));
}

TEST_P(UrgentMessages, GoBeforeWhatTheRunnerHasTakenOutTogether) {
  // The first message's handler sends the urgent one when the others have left the queue already.
  struct Eager : troupe::Actor<Eager> {
    using urgent = troupe::Messages<Cancel>;
    std::vector<int> handled;
    void on(Work work) {
      handled.push_back(work.number);
      if (work.number == 1) self().tell<Cancel>(-1);
    }
    void on(Cancel cancel) { handled.push_back(cancel.number); }
    std::vector<int> on(Handled) const { return handled; }
  };
  const auto eager = world->spawn<Eager>();
  world.in_actor([&](Inside&) -> Task<> {
    for (int i = 1; i <= 3; ++i) eager.tell<Work>(i);
    co_return;
  });
  const auto seen = eager.ask<Handled>().get();
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[0], 1);
  EXPECT_EQ(seen[1], -1);
}

}  // namespace

// Who waits in a worker's deque behind actors that keep each other busy. One worker, so nobody steals.
#include <gtest/gtest.h>

#include "observe/monitor.hpp"
#include "support.hpp"
#include "system/runtime.hpp"

namespace {

using namespace troupe_test;

struct Rally {
  int hops;
};
struct Turn {};

struct Table {
  std::atomic<int> hops{0};
  std::atomic<int> waited_until{0};  ///< the hop after which the one that waits had its turn
  Signal over;
};

/// Waits behind the players.
struct Waiter {
  explicit Waiter(Table* at) : table(at) {}
  void on(Turn) { table->waited_until = table->hops.load(); }
  Table* table;
};

/// Two of them keep each other ready: the ball goes to the newest place of the deque each time.
struct Player : troupe::Actor<Player> {
  static constexpr int lets_wait_at = 10, looked_at = 20, last_hop = 1000;

  Player(Table* at, troupe::Ref<Waiter> behind, std::function<void()> look)
      : table(at), waiter(behind), monitor_looks(std::move(look)) {}
  void on(troupe::Ref<Player> to) { other = to; }
  void on(const Rally& ball) {
    table->hops = ball.hops;
    if (ball.hops == lets_wait_at) waiter.tell(Turn{});
    if (ball.hops == looked_at) monitor_looks();
    if (ball.hops == last_hop) return table->over.set();
    other.tell<Rally>(ball.hops + 1);
  }
  Table* table;
  troupe::Ref<Waiter> waiter;
  std::function<void()> monitor_looks;
  troupe::Ref<Player> other;
};

TEST(Fairness, WhoeverWaitsBehindABusyPairHasItsTurnAfterTheMonitorsNextLook) {
  Table table;
  World world(threads(1));
  troupe::detail::Runtime& runtime = world->runtime_();
  const std::function<void()> look = [&] { runtime.monitor().look(runtime.clock().now()); };
  const auto waiter = world->spawn<Waiter>({.inline_asks = false}, &table);
  const auto one = world->spawn<Player>(&table, waiter, look);
  const auto two = world->spawn<Player>(&table, waiter, look);
  one.tell(two);
  two.tell(one);
  one.tell<Rally>(1);
  world.await(table.over);
  // By the count of activations alone it would be after some 4,000.
  EXPECT_GE(table.waited_until, Player::lets_wait_at);
  EXPECT_LE(table.waited_until, Player::looked_at + 2);
}

struct Family {
  int children_done = 0;  ///< one worker, so it needs no guard
  int heard_after = 0;    ///< how many were, when the parent heard of the first
  Signal over;
};
struct Done {};

struct Parent : troupe::Actor<Parent> {
  static constexpr int children = 5;
  struct Child : troupe::Actor<Child> {
    Child(Family* in, troupe::Ref<Parent> above) : family(in), parent(above) {}
    void on(Turn) {
      ++family->children_done;
      parent.tell(Done{});
      stop();
    }
    Family* family;
    troupe::Ref<Parent> parent;
  };

  explicit Parent(Family* in) : family(in) {}
  void on(Turn) {
    for (int i = 0; i < children; ++i) spawn<Child>(family, self()).tell(Turn{});
  }
  void on(Done) {
    if (++heard == 1) family->heard_after = family->children_done;
    if (heard == children) family->over.set();
  }
  Family* family;
  int heard = 0;
};

TEST(Fairness, WhoeverHearsFromChildrenThatEndHasItsTurnAfterThem) {
  Family family;
  World world(threads(1));
  world->spawn<Parent>(&family).tell(Turn{});
  world.await(family.over);
  EXPECT_EQ(family.heard_after, Parent::children);
}

/// Has all its messages in its mailbox when the other begins to wait.
struct Hoarder : troupe::Actor<Hoarder> {
  static constexpr int messages = 4000;
  struct Hoard {};
  struct Next {};

  Hoarder(Table* at, troupe::Ref<Waiter> behind, int looks_at, std::function<void()> look)
      : table(at), waiter(behind), looked_at(looks_at), monitor_looks(std::move(look)) {}
  void on(Hoard) {
    for (int i = 0; i < messages; ++i) self().tell(Next{});
    waiter.tell(Turn{});
  }
  void on(Next) {
    const int handled = ++table->hops;
    if (handled == looked_at) monitor_looks();
    if (handled == messages) table->over.set();
  }
  Table* table;
  troupe::Ref<Waiter> waiter;
  int looked_at;
  std::function<void()> monitor_looks;
};

/// After how many of a hoarder's messages somebody else has a turn.
int turn_behind_a_hoarder(int monitor_looks_at) {
  Table table;
  World world(threads(1));
  troupe::detail::Runtime& runtime = world->runtime_();
  const std::function<void()> look = [&] { runtime.monitor().look(runtime.clock().now()); };
  const auto waiter = world->spawn<Waiter>({.inline_asks = false}, &table);
  const auto hoarder = world->spawn<Hoarder>({.mailbox = troupe::bounded(Hoarder::messages)}, &table, waiter,
                                             monitor_looks_at, look);
  hoarder.tell<Hoarder::Hoard>();
  world.await(table.over);
  return table.waited_until;
}

TEST(Fairness, AnActorWithABoundHasFourActivationsInARowAtMost) {
  constexpr int never = 0;
  // Twice, if it comes to be the time for what is in the group's queue, where it is itself by then.
  EXPECT_LE(turn_behind_a_hoarder(never), static_cast<int>(2 * 4 * troupe::detail::turns_per_activation));
}

TEST(Fairness, AnActorWithABoundHasOneActivationWhereOthersHaveWaitedForLong) {
  EXPECT_LE(turn_behind_a_hoarder(100), static_cast<int>(troupe::detail::turns_per_activation));
}

}  // namespace

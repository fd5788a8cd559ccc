// Senders make way for their receivers, and are not forgotten behind them.
#include <algorithm>
#include <latch>

#include <gtest/gtest.h>

#include "support.hpp"

namespace {

using namespace troupe_test;

struct Item {
  long number;
};
struct Burst {
  long left;
};

constexpr long per_turn = 100;

/// Plain members: one worker runs both.
struct Tally {
  long sent = 0;
  long handled = 0;
  long most_waiting = 0;
  long last = 0;
  Signal over;
};

struct Collector {
  void on(const Item& item) {
    tally->most_waiting = std::max(tally->most_waiting, tally->sent - tally->handled);
    ++tally->handled;
    if (item.number == tally->last) tally->over.set();
  }
  Tally* tally;
};

template <class To>
struct Source : troupe::Actor<Source<To>> {
  Source(Tally* of, troupe::Ref<To> receiver) : tally(of), to(receiver) {}
  void on(const Burst& burst) {
    for (long i = 0; i < per_turn; ++i) to.template tell<Item>(++tally->sent);
    if (burst.left > per_turn) this->self().template tell<Burst>(burst.left - per_turn);
  }
  Tally* tally;
  troupe::Ref<To> to;
};

TEST(MakingWay, KeepsTheMailboxOfABusyReceiverShort) {
  Tally tally;
  tally.last = 200'000;
  World world(threads(1));
  const auto collector = world->spawn<Collector>(&tally);
  world->spawn<Source<Collector>>(&tally, collector).tell<Burst>(tally.last);
  world.await(tally.over);
  EXPECT_EQ(tally.handled, tally.last);
  // Two activations: one that shows that it sends much, and one that shows how fast. And one more for each
  // look of the monitor that falls into this moment.
  EXPECT_LE(tally.most_waiting, 8L * troupe::detail::sends_per_activation);
}

/// How many messages waited when most did, of so many senders.
long most_waiting(long sources, long share) {
  Tally tally;
  tally.last = sources * share;
  World world(threads(1));
  const auto collector = world->spawn<Collector>(&tally);
  for (long i = 0; i < sources; ++i) world->spawn<Source<Collector>>(&tally, collector).tell<Burst>(share);
  world.await(tally.over);
  return tally.most_waiting;
}

TEST(MakingWay, IsForAllSendersOfAReceiverTogether) {
  constexpr long sources = 10, share = 20'000;
  // Each may come by once before the receiver does; and where the receiver takes long, as on a machine that
  // stands still for a moment, the monitor hands on those who wait. If none made way, all but a few would
  // wait, each time.
  long least = sources * share;
  for (int tries = 0; tries < 5 && least > sources * share * 3 / 4; ++tries)
    least = std::min(least, most_waiting(sources, share));
  EXPECT_LE(least, sources * share * 3 / 4);
}

struct Restless {};

/// Never comes to the end of its messages by itself.
struct Insatiable : troupe::Actor<Insatiable> {
  explicit Insatiable(Tally* of) : tally(of) {}
  void on(const Item& item) {
    ++tally->handled;
    if (item.number == tally->last) tally->over.set();
    if (item.number == 1) self().tell(Restless{});
  }
  void on(Restless) {
    if (!tally->over.is_set()) self().tell(Restless{});
  }
  Tally* tally;
};

TEST(MakingWay, EndsAfterAWhileForAReceiverThatNeverRests) {
  Tally tally;
  tally.last = 20'000;
  World world(threads(1));
  const auto insatiable = world->spawn<Insatiable>(&tally);
  world->spawn<Source<Insatiable>>(&tally, insatiable).tell<Burst>(tally.last);
  world.await(tally.over);
  EXPECT_EQ(tally.handled, tally.last);
}

/// Its first turn takes until the source is through.
struct Stubborn {
  void on(const Item&) {
    if (!std::exchange(has_waited, true)) through->wait();
  }
  std::latch* through;
  bool has_waited = false;
};

struct StubbornsSource : troupe::Actor<StubbornsSource> {
  StubbornsSource(troupe::Ref<Stubborn> stubborn, std::latch* after_all) : to(stubborn), through(after_all) {}
  void on(const Burst& burst) {
    for (long i = 0; i < per_turn; ++i) to.tell<Item>(0L);
    if (burst.left <= per_turn) return through->count_down();
    self().tell<Burst>(burst.left - per_turn);
  }
  troupe::Ref<Stubborn> to;
  std::latch* through;
};

TEST(MakingWay, DoesNotMeanToWaitBehindALongTurnWhileOthersAreIdle) {
  std::latch through(1);
  World world(threads(2));
  const auto stubborn = world->spawn<Stubborn>(&through);
  world->spawn<StubbornsSource>(stubborn, &through).tell<Burst>(100'000L);
  through.wait();
}

/// Keeps a worker from ever being idle.
struct Busy : troupe::Actor<Busy> {
  explicit Busy(std::latch* until) : over(until) {}
  void on(Restless) {
    if (!over->try_wait()) self().tell(Restless{});
  }
  std::latch* over;
};

TEST(MakingWay, DoesNotMeanToWaitBehindALongTurnWhileOthersAreBusy) {
  std::latch through(1);
  World world(threads(2));
  world->spawn<Busy>(&through).tell(Restless{});
  const auto stubborn = world->spawn<Stubborn>(&through);
  world->spawn<StubbornsSource>(stubborn, &through).tell<Burst>(100'000L);
  through.wait();
}

}  // namespace

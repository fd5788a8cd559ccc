// watch and unwatch: exactly one Terminated for each actor that ends, with its reason.
#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::StopReason;
using troupe::Task;
using troupe::Terminated;

struct Fail {};
struct Ping {};
struct Watched {
  void on(Fail) { throw std::runtime_error("out of paper"); }
  void on(Ping) {}
};

struct Watch {
  troupe::Ref<Watched> whom;
};
struct Unwatch {
  troupe::Ref<Watched> whom;
};
struct Seen {};

struct Watcher final : troupe::Actor<Watcher> {
  std::vector<Terminated> seen;
  void on(Watch message) { watch(message.whom); }
  void on(Unwatch message) { unwatch(message.whom); }
  void on(const Terminated& news) { seen.push_back(news); }
  std::vector<Terminated> on(Seen) const { return seen; }
};

class Watching : public OnEveryScheduler {
 protected:
  World world{GetParam()};
  troupe::Ref<Watcher> watcher = world->spawn<Watcher>();
  troupe::Ref<Watched> watched = world->spawn<Watched>({.name = "watched"});
};
INSTANTIATE_TEST_SUITE_P(All, Watching, every_scheduler(), run_name);

TEST_P(Watching, ExactlyOneTerminatedWhenTheActorStops) {
  watcher.ask<Watch>(watched).get();
  watched.stop();
  watched.join().get();
  const auto seen = watcher.ask<Seen>().get();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].reason, StopReason::stopped);
  EXPECT_EQ(seen[0].path, "watched");
  EXPECT_EQ(seen[0].cause, nullptr);
  EXPECT_TRUE(seen[0].is(watched));
  EXPECT_FALSE(seen[0].is(watcher));
}

TEST_P(Watching, TheReasonOfAKillIsKilled) {
  watcher.ask<Watch>(watched).get();
  watched.kill();
  watched.join().get();
  const auto seen = watcher.ask<Seen>().get();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].reason, StopReason::killed);
}

TEST_P(Watching, AFailureCarriesItsCause) {
  watcher.ask<Watch>(watched).get();
  EndOf end(world, watched);
  watched.tell<Fail>();
  static_cast<void>(watched.join().get());
  const auto seen = watcher.ask<Seen>().get();
  ASSERT_EQ(seen.size(), 1u);
  for (const Terminated& news : {end.get(), seen[0]}) {
    EXPECT_EQ(news.reason, StopReason::failed);
    ASSERT_NE(news.cause, nullptr);
    EXPECT_EQ(thrown<std::runtime_error>([&] { std::rethrow_exception(news.cause); }), "out of paper");
  }
}

TEST_P(Watching, AnActorThatHasEndedAlreadyIsReportedOnce) {
  watched.stop();
  watched.join().get();
  watcher.ask<Watch>(watched).get();
  const auto seen = watcher.ask<Seen>().get();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen[0].is(watched));
  EXPECT_EQ(watcher.ask<Seen>().get().size(), 1u);
}

TEST_P(Watching, WatchingTwiceIsWatchingOnce) {
  watcher.ask<Watch>(watched).get();
  watcher.ask<Watch>(watched).get();
  watched.stop();
  watched.join().get();
  EXPECT_EQ(watcher.ask<Seen>().get().size(), 1u);
}

TEST_P(Watching, NoTerminatedAfterUnwatch) {
  watcher.ask<Watch>(watched).get();
  watcher.ask<Unwatch>(watched).get();
  watcher.ask<Unwatch>(watched).get();
  watched.stop();
  watched.join().get();
  EXPECT_TRUE(watcher.ask<Seen>().get().empty());
}

// The turn that unwatches begins before the actor ends, so the Terminated is queued behind it.
TEST_P(Watching, AQueuedTerminatedIsDiscardedByUnwatch) {
  struct Late final : troupe::Actor<Late> {
    int seen = 0;
    Task<> on(Watch message) {
      watch(message.whom);
      message.whom.stop();
      // Its end is told to the mailbox while this turn awaits: join is answered after that.
      static_cast<void>(co_await message.whom.join());
      unwatch(message.whom);
    }
    void on(Terminated) { ++seen; }
    int on(Seen) const { return seen; }
  };
  auto late = world->spawn<Late>();
  late.ask<Watch>(watched).get();
  EXPECT_EQ(late.ask<Seen>().get(), 0);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Watching, ManyWatchersAndManyWatched) {
  std::vector<troupe::Ref<Watcher>> watchers;
  std::vector<troupe::Ref<Watched>> targets;
  for (int i = 0; i < 10; ++i) {
    watchers.push_back(world->spawn<Watcher>());
    targets.push_back(world->spawn<Watched>());
  }
  for (const auto& one : watchers) {
    for (const auto& target : targets) one.tell<Watch>(target);
    one.ask<Seen>().get();
  }
  for (const auto& target : targets) target.stop();
  for (const auto& target : targets) target.join().get();
  for (const auto& one : watchers) {
    const auto seen = one.ask<Seen>().get();
    EXPECT_EQ(seen.size(), 10u);
    for (const auto& target : targets) {
      EXPECT_EQ(std::count_if(seen.begin(), seen.end(), [&](const auto& news) { return news.is(target); }),
                1);
    }
  }
}

TEST_P(Watching, AWatcherThatEndsFirstIsForgotten) {
  watcher.ask<Watch>(watched).get();
  watcher.stop();
  watcher.join().get();
  watched.ask<Ping>().get();
  watched.stop();
  watched.join().get();
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Watching, TerminatedComesAfterWhatTheActorSentBefore) {
  struct Teller final : troupe::Actor<Teller> {
    troupe::Recipient<Ping> to;
    explicit Teller(troupe::Recipient<Ping> listener) : to(listener) {}
    void on(Ping) {
      for (int i = 0; i < 10; ++i) to.tell<Ping>();
      stop();
    }
  };
  struct Listener final : troupe::Actor<Listener> {
    int pings = 0;
    int pings_before_the_end = -1;
    Signal* ended;
    explicit Listener(Signal* signal) : ended(signal) {}
    void on(Watch) {
      const auto teller = spawn<Teller>(self());
      watch(teller);
      teller.tell<Ping>();
    }
    void on(Ping) { ++pings; }
    void on(const Terminated&) {
      pings_before_the_end = pings;
      ended->set();
    }
    int on(Seen) const { return pings_before_the_end; }
  };
  Signal ended;
  auto listener = world->spawn<Listener>(&ended);
  listener.tell<Watch>(watched);
  world.await(ended);
  EXPECT_EQ(listener.ask<Seen>().get(), 10);
}

// Whoever is told of the end may take the name at once.
TEST_P(Watching, ATerminatedActorsNameIsFree) {
  struct Replacer final : troupe::Actor<Replacer> {
    troupe::System* system;
    int rounds;
    Signal* done;
    Replacer(troupe::System* in, int count, Signal* signal) : system(in), rounds(count), done(signal) {}
    void on(Ping) {
      const auto next = system->spawn<Watched>({.name = "replaced"});
      watch(next);
      next.stop();
    }
    void on(Terminated) {
      if (--rounds == 0) return done->set();
      on(Ping{});
    }
  };
  Signal done;
  auto replacer = world->spawn<Replacer>(&world.system(), 50, &done);
  replacer.tell<Ping>();
  world.await(done);
  EXPECT_EQ(world.log().count("failed"), 0u);
}

TEST_P(Watching, TerminatedTellsWhichOfTheRecipientsItWas) {
  watcher.ask<Watch>(watched).get();
  const troupe::Recipient<Ping> recipient = watched;
  const troupe::Recipient<Ping> other = world->spawn<Watched>();
  watched.stop();
  watched.join().get();
  const auto seen = watcher.ask<Seen>().get();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen[0].is(recipient));
  EXPECT_FALSE(seen[0].is(other));
}

}  // namespace

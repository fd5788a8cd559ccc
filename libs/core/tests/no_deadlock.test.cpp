// What looks like a deadlock for a moment, and is none: nobody may be failed for it, and nobody told of it.
#include <atomic>
#include <functional>
#include <thread>

#include "deadlock_support.hpp"

namespace troupe_test {
namespace {

using troupe::Duration;
using troupe::Reason;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;

using Forks = std::vector<Ref<Fork>>;

constexpr std::uint64_t most_seeds = 100;

/// Plays it under many seeds, and many times on threads.
void never_an_alarm(const std::function<void(Table&)>& play) {
  const auto play_on = [&play](const RunOn& run, bool inline_asks) {
    SCOPED_TRACE(name_of(run));
    Table table(run, inline_asks);
    play(table);
    EXPECT_TRUE(table.reports.all().empty());
    EXPECT_EQ(table.world.log().count("deadlock"), 0u);
  };
  for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
    for (const bool inline_asks : {false, true}) {
      play_on(seeded(seed), inline_asks);
      if (seed % 10 == 0) play_on(threads(1 + static_cast<unsigned>(seed / 10 % 3)), inline_asks);
    }
  }
}

TEST(NoDeadlock, WhoHasAnsweredMayAskBack) {
  never_an_alarm([](Table& table) {
    const Forks forks = table.forks(2);
    Signal asked_back;
    Fork::Do ask{[&](Fork& me) -> Task<int> {
      co_return co_await forks[1].ask(Fork::AnswerAndAskBack{me.self(), &asked_back});
    }};
    EXPECT_EQ(forks[0].ask(troupe::take(ask)).get(), 2);
    table.world.await(asked_back);
  });
}

struct Ping {
  int left;
};
/// Reentrant, so that it handles what comes while it waits.
class Mirror : public troupe::Actor<Mirror> {
 public:
  static constexpr troupe::Turns turns = troupe::reentrant;
  struct Meet {
    Ref<Mirror> other;
  };
  void on(Meet message) { other_ = message.other; }
  Task<int> on(const Ping& ping) {
    if (ping.left == 0) co_return 0;
    const int below = co_await other_.ask(Ping{ping.left - 1});
    co_return below + 1;
  }

 private:
  Ref<Mirror> other_;
};

TEST(NoDeadlock, ReentrantActorsMayAskEachOther) {
  never_an_alarm([](Table& table) {
    const auto one = table.world->spawn<Mirror>();
    const auto other = table.world->spawn<Mirror>();
    one.tell(Mirror::Meet{other});
    other.tell(Mirror::Meet{one});
    EXPECT_EQ(one.ask(Ping{10}).get(), 10);
  });
}

TEST(NoDeadlock, AnAskThatTimedOutIsNoEdgeAnyMore) {
  never_an_alarm([](Table& table) {
    const Forks forks = table.forks(2);
    Signal is_kept;
    Signal timed_out;
    Fork::Do ask{[&](Fork&) -> Task<int> {
      Fork::Defer keep{[&](Fork& other, Reply<int> reply) {
        other.kept = std::move(reply);
        is_kept.set();
      }};
      const auto outcome = co_await forks[1].try_ask(troupe::take(keep)).within(10ms);
      EXPECT_TRUE(!outcome && outcome.error().reason() == Reason::timeout);
      timed_out.set();
      co_return 0;
    }};
    forks[0].tell(troupe::take(ask));
    table.world.await(is_kept);
    // Handled in place, its deadline is set afterwards.
    while (!timed_out.is_set()) {
      table.world.advance(20ms);
      if (table.world.on_threads()) std::this_thread::yield();
    }
    // The other has the Reply still, and asks whoever had asked for it.
    Fork::Do back{[&](Fork&) -> Task<int> { co_return co_await forks[0].ask(Fork::Take{}); }};
    EXPECT_EQ(forks[1].ask(troupe::take(back)).get(), 1);
  });
}

TEST(NoDeadlock, AKillOnItsWayToAMemberBreaksTheCircle) {
  never_an_alarm([](Table& table) {
    const Forks forks = table.forks(2);
    std::atomic<bool> asks_back{false};
    Fork::Do ask{[&](Fork& me) -> Task<int> {
      Fork::Do back{[&](Fork&) -> Task<int> {
        asks_back = true;
        co_return co_await forks[0].ask(Fork::Take{});
      }};
      forks[1].tell(troupe::take(back));
      // Only once it has begun, as far as another thread lets it.
      for (int spins = 0; !asks_back && spins < 50; ++spins) std::this_thread::yield();
      forks[1].kill();
      const auto news = co_await forks[1].join();
      EXPECT_NE(news.reason, troupe::StopReason::stopped);
      static_cast<void>(me);
      co_return 3;
    }};
    EXPECT_EQ(forks[0].ask(troupe::take(ask)).get(), 3);
  });
}

TEST(NoDeadlock, TheOtherOfFirstMayAnswer) {
  never_an_alarm([](Table& table) {
    const Forks forks = table.forks(3);
    Signal went_back;
    Fork::Do ask{[&](Fork&) -> Task<int> {
      Fork::Do back{[&](Fork&) -> Task<int> {
        const int answer = co_await forks[0].ask(Fork::Take{});
        went_back.set();
        co_return answer;
      }};
      Fork::Do slow{[&](Fork&) -> Task<int> { co_return co_await troupe::blocking([] { return 7; }); }};
      auto either = troupe::first(forks[1].ask(troupe::take(back)), forks[2].ask(troupe::take(slow)));
      const auto answer = co_await std::move(either);
      co_return std::get<1>(answer);
    }};
    EXPECT_EQ(forks[0].ask(troupe::take(ask)).get(), 7);
    table.world.await(went_back);
  });
}

TEST(NoDeadlock, AnotherPartOfAnAllMayFail) {
  never_an_alarm([](Table& table) {
    const Forks forks = table.forks(3);
    Signal went_back;
    Fork::Do ask{[&](Fork&) -> Task<int> {
      Fork::Do back{[&](Fork&) -> Task<int> {
        const int answer = co_await forks[0].ask(Fork::Take{});
        went_back.set();
        co_return answer;
      }};
      Fork::Do fail{[&](Fork&) -> Task<int> {
        const int one = co_await troupe::blocking([] { return 1; });
        if (one == 1) throw std::runtime_error("as planned");
        co_return one;
      }};
      auto both = troupe::all(forks[1].ask(troupe::take(back)), forks[2].ask(troupe::take(fail)));
      int failed = 0;
      try {
        static_cast<void>(co_await std::move(both));
      } catch (const troupe::AskError& error) {
        failed = error.reason() == Reason::failed ? 1 : 2;
      }
      co_return failed;
    }};
    EXPECT_EQ(forks[0].ask(troupe::take(ask)).get(), 1);
    table.world.await(went_back);
  });
}

/// Fails at its first attempt, in the middle of an ask.
class Clumsy : public troupe::Actor<Clumsy> {
 public:
  static constexpr unsigned retry = 2;
  Clumsy(Ref<Fork> helper, std::atomic<int>* attempts) : helper_(helper), attempts_(attempts) {}
  struct Work {};
  Task<int> on(const Work&) {
    const int help = co_await helper_.ask(Fork::Take{});
    if (++*attempts_ == 1) throw std::runtime_error("as planned");
    co_return help;
  }

 private:
  Ref<Fork> helper_;
  std::atomic<int>* attempts_;
};

TEST(NoDeadlock, AMessageThatIsRetriedAfterARestartIsAnswered) {
  never_an_alarm([](Table& table) {
    const Forks forks = table.forks(2);
    auto supervisor = table.world->supervise();
    std::atomic<int> attempts{0};
    const auto clumsy = supervisor.spawn<Clumsy>({.name = "clumsy"}, forks[1], &attempts);
    Fork::Do ask{[&](Fork&) -> Task<int> {
      const auto outcome = co_await clumsy.try_ask(Clumsy::Work{});
      co_return outcome ? 1 : 0;
    }};
    EXPECT_EQ(forks[0].ask(troupe::take(ask)).get(), 1);
    EXPECT_EQ(attempts, 2);
  });
}

/// Stashes what it is asked, until it has asked somebody else.
class Busy : public troupe::Actor<Busy> {
 public:
  explicit Busy(Ref<Fork> helper) : helper_(helper) {}
  struct Work {};
  struct Open {};
  int on(Work work) {
    if (!open_) stash(work);
    return 4;
  }
  Task<> on(const Open&) {
    open_ = co_await helper_.ask(Fork::Take{}) == 1;
    unstash_all();
  }

 private:
  bool open_ = false;
  Ref<Fork> helper_;
};

TEST(NoDeadlock, AStashedAskIsAnsweredLater) {
  never_an_alarm([](Table& table) {
    const Forks forks = table.forks(2);
    const auto busy = table.world->spawn<Busy>(forks[1]);
    Fork::Do ask{[&](Fork&) -> Task<int> { co_return co_await busy.ask(Busy::Work{}); }};
    forks[1].tell(Fork::Note{});
    auto driver = table.world->spawn<Fork>();
    Fork::Do drive{[&](Fork&) -> Task<int> {
      busy.tell(Busy::Open{});
      co_return co_await forks[0].ask(troupe::take(ask));
    }};
    EXPECT_EQ(driver.ask(troupe::take(drive)).get(), 4);
  });
}

}  // namespace
}  // namespace troupe_test

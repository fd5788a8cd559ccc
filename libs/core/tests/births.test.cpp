// An actor's constructor tells others of the actor, before there is one.
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Stopping;

using Lines = std::vector<std::string>;

struct Word {
  std::string text;
};
struct HowMany {};
struct Spawn {};

class Births : public OnEveryScheduler {
 protected:
  Events events;
  World world{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, Births, every_scheduler(), run_name);

/// Thrown by a constructor to be tried again.
struct Again {};

/// Spawns a Child with these arguments. False: its constructor has failed.
template <class Child, class... Args>
class Mother : public troupe::Actor<Mother<Child, Args...>> {
 public:
  explicit Mother(Args... args) : args_(args...) {}
  bool on(Spawn) {
    for (;;) {
      try {
        std::apply([this](auto... args) { this->template spawn<Child>(args...); }, args_);
        return true;
      } catch (Again) {
      } catch (const std::runtime_error&) {
        return false;
      }
    }
  }

 private:
  std::tuple<Args...> args_;
};

class ToItself : public troupe::Actor<ToItself> {
 public:
  explicit ToItself(Events* events, bool fails) : events_(events) {
    self().tell(Word{"to myself"});
    self().tell(Word{"and once more"});
    events_->add("built");
    if (fails) throw std::runtime_error("no");
  }
  void on(const Word& word) { events_->add(word.text); }
  void on(Stopping) { events_->add("stopping"); }

 private:
  Events* events_;
};

TEST_P(Births, WhatTheConstructorTellsItselfComesAfterIt) {
  const auto mother = world->spawn<Mother<ToItself, Events*, bool>>(&events, false);
  EXPECT_TRUE(mother.ask(Spawn{}).get());
  mother.stop();
  mother.join().get();
  EXPECT_EQ(events.all(), (Lines{"built", "to myself", "and once more", "stopping"}));
}

TEST_P(Births, WhatAConstructorThatThrowsHasToldItselfIsADeadLetter) {
  const auto mother = world->spawn<Mother<ToItself, Events*, bool>>(&events, true);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(mother.ask(Spawn{}).get());
  mother.stop();
  mother.join().get();
  EXPECT_EQ(events.all(), Lines(5, "built"));
  EXPECT_EQ(world->dead_letters().total(), 10u);
}

// --- with threads, and a constructor that waits until somebody has come early

/// Has a thread do something with it while it is built, and waits until its token is taken.
class Slow : public troupe::Actor<Slow> {
 public:
  Slow(Events* events, void (*visit)(troupe::Ref<Slow>, Events*), std::jthread* visitor, bool fails)
      : events_(events) {
    const auto& cell = *self().cell_address_();
    // A cell that is new doesn't rest; the next one is this one.
    if (!cell.lanes.looks_idle()) throw Again{};
    *visitor = std::jthread([visit, me = self(), events] { visit(me, events); });
    while (!cell.came_early.load()) std::this_thread::yield();
    events_->add("built");
    if (fails) throw std::runtime_error("no");
  }
  void on(const Word& word) { events_->add(word.text); }
  int on(HowMany) { return 7; }
  void on(Stopping news) { events_->add(std::string(troupe::to_string(news.reason))); }

 private:
  Events* events_;
};
using SlowMother = Mother<Slow, Events*, void (*)(troupe::Ref<Slow>, Events*), std::jthread*, bool>;

class EarlyVisits : public testing::Test {
 protected:
  bool spawn_slowly(void (*visit)(troupe::Ref<Slow>, Events*), bool fails = false) {
    const auto mother = system.spawn<SlowMother>(&events, visit, &visitor, fails);
    const bool lives = mother.ask(Spawn{}).get();
    visitor.join();
    mother.stop();
    mother.join().get();
    return lives;
  }

  Events events;
  std::jthread visitor;
  troupe::System system{{.workers = 2, .log = &troupe::null_log()}};
};

TEST_F(EarlyVisits, AMessageIsHandledWhenTheActorIsBuilt) {
  EXPECT_TRUE(spawn_slowly([](troupe::Ref<Slow> child, Events*) { child.tell(Word{"early"}); }));
  EXPECT_EQ(events.all(), (Lines{"built", "early", "stopped"}));
}

TEST_F(EarlyVisits, AnAskIsAnsweredWhenTheActorIsBuilt) {
  EXPECT_TRUE(spawn_slowly([](troupe::Ref<Slow> child, Events* out) {
    out->add(child.ask(HowMany{}).get() == 7 ? "seven" : "something else");
  }));
  EXPECT_EQ(events.all().front(), "built");
  EXPECT_EQ(events.all().size(), 3u);
}

TEST_F(EarlyVisits, AKillEndsTheActorWhenItIsBuilt) {
  EXPECT_TRUE(spawn_slowly([](troupe::Ref<Slow> child, Events*) {
    child.kill();
    child.join().get();
  }));
  EXPECT_EQ(events.all(), (Lines{"built", "killed"}));
}

TEST_F(EarlyVisits, OfAnActorThatIsNeverBuiltAreDeadLetters) {
  EXPECT_FALSE(spawn_slowly([](troupe::Ref<Slow> child, Events*) { child.tell(Word{"early"}); }, true));
  EXPECT_EQ(events.all(), Lines{"built"});
  EXPECT_EQ(system.dead_letters().total(), 1u);
  EXPECT_TRUE(system.tree().empty());
}

TEST_F(EarlyVisits, AnAskOfAnActorThatIsNeverBuiltFails) {
  EXPECT_FALSE(spawn_slowly(
      [](troupe::Ref<Slow> child, Events* out) {
        const auto outcome = child.try_ask(HowMany{}).get();
        out->add(outcome ? "answered" : "failed");
      },
      true));
  EXPECT_EQ(events.all().size(), 2u);
  EXPECT_NE(events.all().back(), "answered");
}

}  // namespace

// A policy chooses what runs, and what befalls it.
#include <functional>
#include <stdexcept>
#include <vector>

#include <troupe/ports/schedule_policy.hpp>

#include "support.hpp"

namespace {

using namespace std::chrono_literals;
using namespace troupe_test;
using troupe::Choice;
using troupe::Fate;
using troupe::Runnables;

class Scripted final : public troupe::SchedulePolicy {
 public:
  std::function<Choice(const Runnables&)> next = [](const Runnables&) { return Choice{}; };
  std::chrono::nanoseconds extra_delay{};
  Choice choose(const Runnables& ready) override { return next(ready); }
  std::chrono::nanoseconds timer_delay(const troupe::ActorId&, std::chrono::nanoseconds delay) override {
    return delay + extra_delay;
  }
};

struct Note {
  int value;
};
struct Ring {};
struct Notebook final : troupe::Actor<Notebook> {
  explicit Notebook(std::vector<int>* to) : pages(to) {}
  void on(Note note) { pages->push_back(note.value); }
  int on(Ring) { return 1; }
  std::vector<int>* pages;
};

class Policies : public ::testing::Test {
 protected:
  // Members in this order: the system ends first.
  std::vector<int> pages_;
  Scripted policy_;
  troupe::DeterministicScheduler scheduler_{policy_};
  CollectingLog log_;
  troupe::System system_{{.log = &log_, .scheduler = &scheduler_}};
};

TEST_F(Policies, TheLastOneThatBecameReadyMayBeChosen) {
  const auto one = system_.spawn<Notebook>(&pages_);
  const auto two = system_.spawn<Notebook>(&pages_);
  const auto three = system_.spawn<Notebook>(&pages_);
  one.tell<Note>(1);
  two.tell<Note>(2);
  three.tell<Note>(3);
  policy_.next = [&](const Runnables& ready) {
    EXPECT_EQ(ready.actors(), ready.size());
    EXPECT_EQ(ready.actor(0), (troupe::ActorId{one.cell_address_(), one.generation_()}));
    EXPECT_PRED2(contains, ready.next_message(0), "Note");
    return Choice{.index = ready.size() - 1};
  };
  scheduler_.step();
  scheduler_.step();
  policy_.next = [](const Runnables&) { return Choice{}; };
  scheduler_.step();
  EXPECT_EQ(pages_, (std::vector<int>{3, 2, 1}));
}

TEST_F(Policies, ACrashFailsTheActorOnItsNextMessageAsItsHandlerWould) {
  const auto actor = system_.spawn<Notebook>({.name = "n"}, &pages_);
  actor.tell<Note>(1);
  policy_.next = [](const Runnables&) {
    return Choice{.fate = Fate::crash, .cause = std::make_exception_ptr(std::runtime_error("planted"))};
  };
  try {
    actor.ask<Ring>().get();
    FAIL() << "answered";
  } catch (const troupe::AskError& error) {
    EXPECT_EQ(error.reason(), troupe::Reason::failed);
    EXPECT_PRED2(contains, std::string(error.what()), "planted");
  }
  EXPECT_FALSE(actor.alive());
  EXPECT_EQ(pages_, std::vector<int>{});
  EXPECT_EQ(system_.dead_letters()[troupe::Undelivered::failed], 2u);
}

TEST_F(Policies, AKillEndsTheActorBeforeItsNextMessage) {
  const auto actor = system_.spawn<Notebook>(&pages_);
  actor.tell<Note>(1);
  policy_.next = [](const Runnables&) { return Choice{.fate = Fate::kill}; };
  scheduler_.step();
  EXPECT_FALSE(actor.alive());
  EXPECT_EQ(pages_, std::vector<int>{});
}

struct Sleeper final : troupe::Actor<Sleeper> {
  void on(Note) { after(10ms, Ring{}); }
  void on(Ring) { ++rings; }
  int on(int) const { return rings; }
  int rings = 0;
};

TEST_F(Policies, TimersMayBePutOff) {
  policy_.extra_delay = 5ms;
  const auto sleeper = system_.spawn<Sleeper>();
  sleeper.tell<Note>(1);
  scheduler_.run_until_idle();
  EXPECT_EQ(scheduler_.next_timer(), scheduler_.clock().now() + 15ms);
  scheduler_.advance(14ms);
  EXPECT_EQ(sleeper.ask(0).get(), 0);
  scheduler_.advance(1ms);
  EXPECT_EQ(sleeper.ask(0).get(), 1);
}

TEST_F(Policies, AChoiceThatIsNotThereIsRefusedWithASentence) {
  const auto actor = system_.spawn<Notebook>(&pages_);
  actor.tell<Note>(1);
  policy_.next = [](const Runnables&) { return Choice{.index = 1}; };
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { scheduler_.step(); }), "number 1 of 1");
  policy_.next = [](const Runnables&) { return Choice{}; };
}

}  // namespace

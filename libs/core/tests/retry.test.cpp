// `retry`: messages that fail are handled again, and the poisonous ones are put aside.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "supervision_support.hpp"

namespace {

using namespace troupe_test;
using troupe::StopReason;

class Retry : public Supervising {};
INSTANTIATE_TEST_SUITE_P(All, Retry, every_scheduler(), run_name);

/// What fails `failures` times, whoever handles it.
struct Job {
  Job(std::string own_name, int times) : name(std::move(own_name)), failures(std::make_shared<int>(times)) {}
  std::string name;
  std::shared_ptr<int> failures;
};

void fail_if_due(const Job& job) {
  if (*job.failures > 0) {
    --*job.failures;
    throw std::runtime_error(job.name + " fails");
  }
}

struct ByValue {
  Job job;
};
struct InTask {
  Job job;
};
struct Handed {
  Job job;
};
struct Unique {
  std::unique_ptr<int> number;
};

struct Patient final : troupe::Actor<Patient> {
  static constexpr unsigned retry = 2;
  explicit Patient(Events* out) : events(out) {}

  std::string on(const Job& job) {
    events->add(job.name);
    fail_if_due(job);
    return job.name + " done";
  }
  int on(ByValue message) {
    events->add(message.job.name);
    const Job mine = std::move(message.job);
    fail_if_due(mine);
    return 7;
  }
  troupe::Task<int> on(const InTask& message) {
    events->add(message.job.name);
    co_await troupe::blocking([] {});
    fail_if_due(message.job);
    co_return 8;
  }
  void on(const Handed& message, troupe::Reply<int> reply) {
    events->add(message.job.name);
    if (message.job.name == "answered") reply.answer(1);
    fail_if_due(message.job);
    reply.answer(2);
  }
  void on(const Unique& message) { throw std::runtime_error(std::to_string(*message.number)); }
  int on(Count) { return 0; }
  Events* events;
};

TEST_P(Retry, AMessageThatFailsIsHandledAgainFirstAndItsAskerHearsOfTheSuccessOnly) {
  const auto patient = world->supervise().spawn<Patient>(&events);
  world.in_actor([&](Inside&) -> troupe::Task<> {
    const Job first = Job("a", 2);
    const Job second = Job("b", 0);
    patient.tell(first);
    patient.tell(second);
    co_return;
  });
  settle(patient);
  EXPECT_EQ(events.all(), (Lines{"a", "a", "a", "b"}));
  EXPECT_EQ(patient.ask(Job("c", 1)).get(), "c done");
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Retry, AHandlerThatTakesACopyOrAwaitsIsGivenTheMessageWholeAgain) {
  const auto shop = world->supervise({.intensity = {.restarts = 10}});
  const auto patient = shop.spawn<Patient>(&events);
  EXPECT_EQ(patient.ask<ByValue>(Job("v", 2)).get(), 7);
  EXPECT_EQ(patient.ask<InTask>(Job("t", 2)).get(), 8);
  EXPECT_EQ(patient.ask<Handed>(Job("h", 2)).get(), 2);
  EXPECT_EQ(events.all(), (Lines{"v", "v", "v", "t", "t", "t", "h", "h", "h"}));
}

TEST_P(Retry, AMessageThatWasAnsweredIsNotRetried) {
  const auto patient = world->supervise().spawn<Patient>(&events);
  EXPECT_EQ(patient.ask<Handed>(Job("answered", 1)).get(), 1);
  settle(patient);
  EXPECT_EQ(events.all(), (Lines{"answered"}));
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::failed], 1u);
}

TEST_P(Retry, AfterItsLastAttemptTheAskFailsAndTheMessageIsQuarantined) {
  const auto shop = world->supervise({.intensity = {.restarts = 10}});
  const auto patient = shop.spawn<Patient>({.name = "patient"}, &events);
  const Job poison = Job("p", 3);
  const auto answer = patient.try_ask(poison).get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason(), troupe::Reason::failed);
  settle(patient);
  EXPECT_EQ(events.all(), (Lines{"p", "p", "p"}));
  const auto quarantined = world->quarantined();
  ASSERT_EQ(quarantined.size(), 1u);
  EXPECT_EQ(quarantined[0].attempts, 3u);
  EXPECT_TRUE(quarantined[0].path.ends_with("/patient"));
  ASSERT_NE(quarantined[0].get_if<Job>(), nullptr);
  EXPECT_EQ(quarantined[0].get_if<Job>()->name, "p");
  EXPECT_EQ(world->dead_letters().total(), 0u);
  // By now its cause is cured: sent again it is handled.
  EXPECT_TRUE(world->redeliver(quarantined[0].number));
  EXPECT_FALSE(world->redeliver(quarantined[0].number));
  settle(patient);
  EXPECT_EQ(events.all(), (Lines{"p", "p", "p", "p"}));
  EXPECT_TRUE(world->quarantined().empty());
}

TEST_P(Retry, AMessageThatCannotBeCopiedIsRetriedByConstReferenceAndCanBeDiscarded) {
  const auto shop = world->supervise({.intensity = {.restarts = 10}});
  const auto patient = shop.spawn<Patient>(&events);
  patient.tell(Unique{std::make_unique<int>(5)});
  settle(patient);
  const auto quarantined = world->quarantined();
  ASSERT_EQ(quarantined.size(), 1u);
  EXPECT_EQ(quarantined[0].get_if<Unique>(), nullptr);
  EXPECT_TRUE(world->discard(quarantined[0].number));
  EXPECT_FALSE(world->discard(quarantined[0].number));
}

TEST_P(Retry, AMessageWhoseActorIsNotRestartedAnyMoreBecomesADeadLetterAndItsAskFails) {
  const auto shop = world->supervise({.intensity = {.restarts = 0}});
  const auto patient = shop.spawn<Patient>(&events);
  const auto answer = patient.try_ask(Job("a", 9)).get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason(), troupe::Reason::failed);
  shop.join().get();
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::failed], 1u);
  EXPECT_EQ(events.all(), (Lines{"a"}));
}

TEST_P(Retry, AnActorThatResumesHandlesItsMessageAgainWithTheSameObject) {
  const auto shop =
      world->supervise({.decide = [](const std::exception_ptr&) { return troupe::Decision::resume; }});
  const auto patient = shop.spawn<Patient>(&events);
  EXPECT_EQ(patient.ask(Job("a", 2)).get(), "a done");
  EXPECT_EQ(shop.children().at(0).restarts, 0u);
}

// --- what a restart keeps, and what it ends ---------------------------------------------------------------

struct Release {};
struct Arm {};
struct Tick {};
struct Keeper final : troupe::Actor<Keeper> {
  explicit Keeper(Events* out) : events(out) {}
  void on(troupe::Started) { events->add("started"); }
  void on(const Say& say) {
    if (say.word == "boom") throw std::runtime_error("boom");
    if (say.word.starts_with("later") && !open) return stash(say);
    events->add(say.word);
  }
  void on(Release) {
    open = true;
    unstash_all();
  }
  void on(Arm) { every(1s, Tick{}); }
  void on(Tick) { events->add("tick"); }
  int on(Count) { return 0; }
  Events* events;
  bool open = false;
};

TEST_P(Retry, WhatWasStashedComesBackAfterARestartBeforeTheMailbox) {
  const auto keeper = world->supervise().spawn<Keeper>(&events);
  world.in_actor([&](Inside&) -> troupe::Task<> {
    for (const char* word : {"later 1", "later 2", "boom", "3"}) keeper.tell<Say>(word);
    keeper.tell<Release>();
    co_return;
  });
  settle(keeper);
  settle(keeper);
  // The new object stashes them again, until it is told to let them in.
  EXPECT_EQ(events.all(), (Lines{"started", "started", "3", "later 1", "later 2"}));
}

TEST_P(Retry, AMessageThatFailsInTheMiddleOfUnstashingLosesNoneOfTheOthers) {
  struct Picky final : troupe::Actor<Picky> {
    explicit Picky(Events* out) : events(out) {}
    void on(const Say& say) {
      if (!open) return stash(say);
      if (say.word == "2") throw std::runtime_error("two");
      events->add(say.word);
    }
    void on(Release) {
      open = true;
      unstash_all();
    }
    int on(Count) { return 0; }
    Events* events;
    bool open = false;
  };
  const auto shop =
      world->supervise({.decide = [](const std::exception_ptr&) { return troupe::Decision::resume; }});
  const auto picky = shop.spawn<Picky>(&events);
  for (const char* word : {"1", "2", "3"}) picky.tell<Say>(word);
  picky.tell<Release>();
  picky.tell<Say>("4");
  settle(picky);
  EXPECT_EQ(events.all(), (Lines{"1", "3", "4"}));
}

TEST_P(Retry, TimersOfAnEarlierObjectAreEndedEvenIfTheirTicksWereQueued) {
  const auto keeper = world->supervise().spawn<Keeper>(&events);
  keeper.tell<Arm>();
  settle(keeper);
  world.in_actor([&](Inside&) -> troupe::Task<> {
    keeper.tell<Say>("boom");
    co_return;
  });
  world.advance(1s);
  settle(keeper);
  world.advance(5s);
  settle(keeper);
  const Lines all = events.all();
  // The tick may have come before the crash, but none comes after it.
  EXPECT_EQ(all.back(), "started");
}

struct Never {};
/// Keeps its askers waiting.
struct Mute {
  void on(Never, troupe::Reply<int> reply) { kept.push_back(std::move(reply)); }
  int on(Count) { return 0; }
  std::vector<troupe::Reply<int>> kept;
};
struct Waiter {
  static constexpr troupe::Turns turns = troupe::reentrant;
  troupe::Task<int> on(Release) {
    const Local local{events};
    const int answer = co_await mute.ask<Never>().within(troupe::Duration::max());
    co_return answer;
  }
  void on(const Say&) { throw std::runtime_error("x"); }
  int on(Count) { return 0; }
  struct Local {
    Events* events;
    ~Local() { events->add("local destroyed"); }
  };
  Events* events;
  troupe::Ref<Mute> mute;
};

TEST_P(Retry, ACoroutineInFlightIsDestroyedWithItsLocalsByARestart) {
  const auto mute = world->spawn<Mute>();
  const auto waiter = world->supervise().spawn<Waiter>(&events, mute);
  world.in_actor([&](Inside&) -> troupe::Task<> {
    waiter.tell<Release>();
    waiter.tell<Say>("x");
    co_return;
  });
  settle(waiter);
  EXPECT_EQ(events.all(), (Lines{"local destroyed"}));
}

}  // namespace

// spawn: a running actor, or an exception and nothing left behind.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::SpawnError;
using troupe::Task;
using troupe::UsageError;

struct Ping {};
struct Get {};

/// Counts the objects that live.
struct Alive {
  static std::atomic<int>& count() {
    static std::atomic<int> objects{0};
    return objects;
  }
  Alive() { ++count(); }
  Alive(const Alive&) = delete;
  ~Alive() { --count(); }
};

class Spawning : public OnEveryScheduler {
 protected:
  void SetUp() override { Alive::count() = 0; }
  World world{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, Spawning, every_scheduler(), run_name);

TEST_P(Spawning, ArgumentsGoToTheConstructor) {
  struct Keeper {
    std::unique_ptr<int> value;
    std::string text;
    Keeper(std::unique_ptr<int> number, std::string name) : value(std::move(number)), text(std::move(name)) {}
    int on(Get) const { return *value + static_cast<int>(text.size()); }
  };
  EXPECT_EQ(world->spawn<Keeper>(std::make_unique<int>(4), "abc").ask<Get>().get(), 7);
  auto named = std::make_unique<int>(5);
  EXPECT_EQ(world->spawn<Keeper>({.name = "x"}, troupe::take(named), "abc").ask<Get>().get(), 8);
  EXPECT_EQ(named, nullptr);
}

TEST_P(Spawning, TheConstructorRunsInTheThreadThatSpawns) {
  struct Birth {
    std::thread::id place = std::this_thread::get_id();
    bool on(std::thread::id other) const { return place == other; }
  };
  EXPECT_TRUE(world->spawn<Birth>().ask(std::this_thread::get_id()).get());
  EXPECT_TRUE(world->spawn<Birth>({.pinned = true}).ask(std::this_thread::get_id()).get());
}

struct Child : Alive {
  int on(Get) const { return 1; }
};
struct Throwing final : troupe::Actor<Throwing>, Alive {
  explicit Throwing(std::vector<troupe::Ref<Child>>* children, int count = 0) {
    for (int i = 0; i < count; ++i) {
      children->push_back(spawn<Child>());
      children->push_back(spawn<Child>({.name = "child" + std::to_string(i)}));
    }
    throw std::runtime_error("no room");
  }
};

TEST_P(Spawning, AConstructorThatThrowsLeavesNothingBehind) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(thrown<std::runtime_error>([&] { world->spawn<Throwing>({.name = "throwing"}, nullptr); }),
              "no room");
    EXPECT_TRUE(world->tree().empty());
  }
  EXPECT_EQ(Alive::count(), 0);
  EXPECT_TRUE(world->spawn<Child>({.name = "throwing"}).alive()) << "its name is free";
}

TEST_P(Spawning, ChildrenOfAConstructorThatThrowsAreStopped) {
  for (int i = 0; i < 10; ++i) {
    std::vector<troupe::Ref<Child>> children;
    EXPECT_THROW(world->spawn<Throwing>({.name = "throwing"}, &children, 3), std::runtime_error);
    ASSERT_EQ(children.size(), 6u);
    for (const auto& child : children) child.join().get();
    // What took their place works, and ends, like any other.
    auto next = world->spawn<Child>();
    EXPECT_EQ(next.ask<Get>().get(), 1);
    next.stop();
    next.join().get();
  }
  EXPECT_TRUE(world->spawn<Child>({.name = "throwing"}).alive()) << "its name is free";
  world.end();
  EXPECT_EQ(Alive::count(), 0);
}

struct SendsToItself final : troupe::Actor<SendsToItself> {
  explicit SendsToItself(troupe::Ref<SendsToItself>* out) {
    *out = self();
    self().tell<Ping>();
    throw std::runtime_error("no room");
  }
  void on(Ping) { ADD_FAILURE() << "of an actor that never was"; }
  int on(Get) const { return 1; }
};
TEST_P(Spawning, WhatAFailedConstructorSentToItselfIsADeadLetter) {
  troupe::Ref<SendsToItself> ref;
  EXPECT_THROW(world->spawn<SendsToItself>(&ref), std::runtime_error);
  EXPECT_FALSE(ref.alive());
  EXPECT_FALSE(ref.try_ask<Get>().get().has_value());
  EXPECT_EQ(world->dead_letters().total(), 2u);
}

struct TimersAndWatches final : troupe::Actor<TimersAndWatches> {
  explicit TimersAndWatches(troupe::Ref<Child> child) {
    after(1ms, Ping{});
    every(1ms, Ping{});
    watch(child);
    throw std::runtime_error("no room");
  }
  void on(Ping) {}
  void on(troupe::Terminated) {}
};
TEST_P(Spawning, TimersAndWatchesOfAFailedConstructorEnd) {
  auto child = world->spawn<Child>();
  EXPECT_THROW(world->spawn<TimersAndWatches>(child), std::runtime_error);
  world.advance(10ms);
  child.stop();
  child.join().get();
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Spawning, AFailedSpawnInAHandlerIsAnExceptionThere) {
  world.in_actor([&](Inside& me) -> Task<> {
    EXPECT_THROW(me.spawn<Throwing>(nullptr), std::runtime_error);
    const auto child = me.spawn<Child>({.name = "child"});
    EXPECT_THROW(me.spawn<Child>({.name = "child"}), SpawnError);
    const int one = co_await child.ask<Get>();
    EXPECT_EQ(one, 1);
  });
}

TEST_P(Spawning, UnderAnActorThatStopsIsRefused) {
  struct Late final : troupe::Actor<Late> {
    std::string* refusal;
    explicit Late(std::string* out) : refusal(out) {}
    void on(troupe::Stopping) {
      *refusal = thrown<SpawnError>([&] { spawn<Child>(); });
    }
  };
  std::string refusal;
  auto late = world->spawn<Late>({.name = "late"}, &refusal);
  late.stop();
  late.join().get();
  EXPECT_PRED2(contains, refusal, "late (");
  EXPECT_PRED2(contains, refusal, "stopping");
}

TEST_P(Spawning, AnActorOutsideOfSpawnIsRefusedWithASentence) {
  struct Misplaced final : troupe::Actor<Misplaced> {};
  EXPECT_PRED2(contains, thrown<UsageError>([] { Misplaced here; }), "outside of spawn");
  // Nor may an actor have another as its member: the inner one would take the outer one's identity.
  struct Outer final : troupe::Actor<Outer> {
    Misplaced inner;
  };
  EXPECT_PRED2(contains, thrown<UsageError>([&] { world->spawn<Outer>(); }), "outside of spawn");
}

TEST_P(Spawning, AnUnknownGroupIsRefusedWithASentence) {
  EXPECT_PRED2(contains, thrown<UsageError>([&] { world->spawn<Child>({.group = "io"}); }), "'io'");
  EXPECT_PRED2(contains, thrown<UsageError>([&] { world->spawn<Child>({.group = "io", .pinned = true}); }),
               "exclude each other");
  EXPECT_TRUE(world->tree().empty());
}

TEST_P(Spawning, AnActorMaySpawnManyGenerations) {
  struct Tree final : troupe::Actor<Tree>, Alive {
    int depth;
    explicit Tree(int levels) : depth(levels) {}
    Task<int> on(Get) {
      if (depth == 0) co_return 1;
      int sum = 1;
      for (int i = 0; i < 3; ++i) {
        const auto child = spawn<Tree>(depth - 1);
        sum += co_await child.ask<Get>();
      }
      co_return sum;
    }
  };
  auto tree = world->spawn<Tree>(5);
  EXPECT_EQ(tree.ask<Get>().get(), 364);
  EXPECT_EQ(world->tree().size(), 364u);
  tree.stop();
  tree.join().get();
  EXPECT_EQ(Alive::count(), 0);
}

}  // namespace

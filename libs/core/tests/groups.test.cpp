// Where actors run: pinned ones on threads of their own, groups on theirs.
#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Task;

struct Where {};
struct Child {};
struct Block {};
struct Ping {};

struct Placed final : troupe::Actor<Placed> {
  std::thread::id on(Where) const { return std::this_thread::get_id(); }
  troupe::Ref<Placed> on(Child) { return spawn<Placed>(); }
  int on(Ping) const { return 1; }
};

std::set<std::thread::id> threads_of(const std::vector<troupe::Ref<Placed>>& actors) {
  std::set<std::thread::id> ids;
  for (int round = 0; round < 20; ++round) {
    for (const auto& actor : actors) ids.insert(actor.ask<Where>().get());
  }
  return ids;
}

TEST(Groups, APinnedActorHasAThreadOfItsOwn) {
  World world(threads(2));
  const auto one = world->spawn<Placed>({.pinned = true});
  const auto two = world->spawn<Placed>({.pinned = true});
  const auto of_one = threads_of({one});
  const auto of_two = threads_of({two});
  EXPECT_EQ(of_one.size(), 1u);
  EXPECT_EQ(of_two.size(), 1u);
  EXPECT_NE(of_one, of_two);
  EXPECT_FALSE(of_one.contains(std::this_thread::get_id()));
  const auto others = threads_of({world->spawn<Placed>({.inline_asks = false})});
  for (const auto id : others) EXPECT_FALSE(of_one.contains(id) || of_two.contains(id));
}

TEST(Groups, ChildrenOfAPinnedActorRunInTheDefaultGroup) {
  World world(threads(1));
  const auto pinned = world->spawn<Placed>({.pinned = true});
  const auto child = pinned.ask<Child>().get();
  EXPECT_FALSE(threads_of({child}).contains(*threads_of({pinned}).begin()));
}

TEST(Groups, PinnedActorsMayBlockWithoutHoldingUpOthers) {
  World world(threads(1));
  Signal inside, let_go;
  struct Blocker {
    Signal* inside;
    Signal* let_go;
    void on(Block) {
      inside->set();
      let_go->wait();
    }
  };
  auto blocker = world->spawn<Blocker>({.pinned = true}, &inside, &let_go);
  blocker.tell<Block>();
  inside.wait();
  world.in_actor([&](Inside&) -> Task<> { co_return; });
  EXPECT_EQ(world->spawn<Placed>({.inline_asks = false}).ask<Ping>().get(), 1);
  let_go.set();
}

TEST(Groups, PinnedActorsComeAndGo) {
  World world(threads(1));
  for (int i = 0; i < 50; ++i) {
    auto pinned = world->spawn<Placed>({.name = "pinned", .pinned = true});
    EXPECT_EQ(pinned.ask<Ping>().get(), 1);
    pinned.stop();
    pinned.join().get();
  }
}

TEST(Groups, APinnedSpawnThatThrowsLeavesNoThreadBehind) {
  World world(threads(1));
  struct Throwing {
    Throwing() { throw std::runtime_error("no room"); }
  };
  for (int i = 0; i < 10; ++i) EXPECT_THROW(world->spawn<Throwing>({.pinned = true}), std::runtime_error);
  world->spawn<Placed>({.name = "taken"});
  EXPECT_THROW(world->spawn<Placed>({.name = "taken", .pinned = true}), troupe::SpawnError);
}

TEST(Groups, AGroupsActorsRunOnItsThreadsAndSoDoTheirChildren) {
  World world(threads(2));
  world->add_group("io", {.threads = 1});
  const auto parent = world->spawn<Placed>({.group = "io"});
  const auto sibling = world->spawn<Placed>({.group = "io"});
  const auto child = parent.ask<Child>().get();
  const auto ids = threads_of({parent, sibling, child});
  EXPECT_EQ(ids.size(), 1u);
  const auto outside = threads_of({world->spawn<Placed>({.inline_asks = false})});
  for (const auto id : outside) EXPECT_FALSE(ids.contains(id));
  world.in_actor([&](Inside&) -> Task<> {
    const auto id = co_await sibling.ask<Where>();
    EXPECT_TRUE(ids.contains(id));
  });
}

using GroupsEverywhere = OnEveryScheduler;
INSTANTIATE_TEST_SUITE_P(All, GroupsEverywhere, every_scheduler(), run_name);

TEST_P(GroupsEverywhere, AskAcrossGroups) {
  World world(GetParam());
  world->add_group("io", {.threads = 2});
  const auto placed = world->spawn<Placed>({.group = "io"});
  const auto pinned = world->spawn<Placed>({.pinned = true});
  EXPECT_EQ(placed.ask<Ping>().get(), 1);
  for (const troupe::SpawnOptions& options :
       {troupe::SpawnOptions{.group = "io"}, troupe::SpawnOptions{.pinned = true}, troupe::SpawnOptions{}}) {
    world.in_actor(
        [&](Inside&) -> Task<> {
          int sum = 0;
          for (int i = 0; i < 50; ++i) {
            sum += co_await placed.ask<Ping>();
            sum += co_await pinned.ask<Ping>();
          }
          EXPECT_EQ(sum, 100);
        },
        options);
  }
}

TEST_P(GroupsEverywhere, AGroupsNameIsTakenOnceAndItsThreadsAreFew) {
  World world(GetParam());
  world->add_group("io", {});
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { world->add_group("io", {}); }), "'io'");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { world->add_group("none", {.threads = 0}); }),
               "1 to");
}

// A loop of events in place of sleep: what it polls and waits for are the group's to drive.
class CountingLoop final : public troupe::EventLoop {
 public:
  void wait() override {
    std::unique_lock lock(mutex_);
    woken_.wait(lock, [&] { return wakes_ > 0; });
    --wakes_;
  }
  bool poll() override { return false; }
  void wake() override {
    {
      const std::lock_guard lock(mutex_);
      ++wakes_;
    }
    woken_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  int wakes_ = 0;
};
TEST(Groups, AGroupMayRunOnAnEventLoop) {
  CountingLoop loop;
  World world(threads(1));
  world->add_group("loop", {.threads = 2, .loop = &loop});
  std::vector<troupe::Ref<Placed>> actors;
  for (int i = 0; i < 10; ++i) actors.push_back(world->spawn<Placed>({.group = "loop"}));
  for (int round = 0; round < 50; ++round) {
    for (const auto& actor : actors) EXPECT_EQ(actor.ask<Ping>().get(), 1);
  }
}

}  // namespace

// System::tree(): what lives, in which state, with how much mail.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::ActorInfo;
using troupe::ActorState;
using troupe::Reply;
using troupe::Task;
using troupe::Tree;

struct Ping {};
struct Hold {};
struct Ask {};
struct Stick {};

struct Holder {
  std::vector<Reply<void>> held;
  Signal* holding;
  explicit Holder(Signal* signal) : holding(signal) {}
  void on(Hold, Reply<void> reply) {
    held.push_back(std::move(reply));
    holding->set();
  }
  void on(Ping) {
    for (auto& reply : held) reply.answer();
    held.clear();
  }
};
struct Awaiter {
  troupe::Ref<Holder> holder;
  Task<> on(Ask) { co_await holder.ask<Hold>(); }
  void on(Ping) {}
};
struct Parent final : troupe::Actor<Parent> {
  int on(Ping) {
    spawn<Holder>({.name = "b"}, nullptr);
    spawn<Holder>(nullptr);
    return 2;
  }
};

ActorInfo info_of(const Tree& tree, std::string_view path) {
  const auto found =
      std::find_if(tree.begin(), tree.end(), [&](const auto& one) { return one.path == path; });
  if (found == tree.end()) {
    ADD_FAILURE() << path << " isn't in the tree:\n" << to_string(tree);
    return {};
  }
  return *found;
}

/// Lets an actor come to where its runner is about to leave it.
void await_state(World& world, std::string_view path, ActorState state) {
  if (!world.on_threads()) world.scheduler().run_until_idle();
  while (world.on_threads() && info_of(world->tree(), path).state != state) std::this_thread::yield();
}

using Trees = OnEveryScheduler;
INSTANTIATE_TEST_SUITE_P(All, Trees, every_scheduler(), run_name);

TEST_P(Trees, ParentsComeBeforeTheirChildrenAndSiblingsInOrder) {
  World world(GetParam());
  EXPECT_TRUE(world->tree().empty());
  world->spawn<Holder>({.name = "z"}, nullptr);
  const auto parent = world->spawn<Parent>({.name = "a"});
  world->spawn<Holder>(nullptr);
  parent.ask<Ping>().get();
  const Tree tree = world->tree();
  std::vector<std::string> paths;
  for (const ActorInfo& one : tree) paths.push_back(one.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"z", "a", "a/b", "a/1", "2"}));
  EXPECT_PRED2(contains, tree[0].actor, "Holder");
  EXPECT_PRED2(contains, tree[1].actor, "Parent");
}

TEST_P(Trees, AnIdleActorHasNoMessage) {
  World world(GetParam());
  const auto awaiter = world->spawn<Awaiter>({.name = "idle", .inline_asks = false}, troupe::Ref<Holder>());
  for (int i = 0; i < 5; ++i) awaiter.tell<Ping>();
  awaiter.ask<Ping>().get();
  // It has answered, and is about to rest.
  await_state(world, "idle", ActorState::idle);
  const ActorInfo info = info_of(world->tree(), "idle");
  EXPECT_EQ(info.state, ActorState::idle);
  EXPECT_EQ(info.message, "");
  EXPECT_EQ(info.mailbox_depth, 0u);
  EXPECT_EQ(info.handled, 6u);
}

TEST_P(Trees, AnActorThatAwaitsShowsItsMessageAndTheMailBehindIt) {
  World world(GetParam());
  Signal holding;
  const auto holder = world->spawn<Holder>(&holding);
  const auto awaiter = world->spawn<Awaiter>({.name = "awaiter"}, holder);
  awaiter.tell<Ask>();
  for (int i = 0; i < 7; ++i) awaiter.tell<Ping>();
  world.await(holding);
  await_state(world, "awaiter", ActorState::awaiting);
  const ActorInfo info = info_of(world->tree(), "awaiter");
  EXPECT_EQ(info.state, ActorState::awaiting);
  EXPECT_PRED2(contains, info.message, "Ask");
  EXPECT_EQ(info.mailbox_depth, 7u);
  EXPECT_EQ(info.handled, 1u);
  const std::string table = to_string(world->tree());
  EXPECT_PRED2(contains, table, "awaiting");
  EXPECT_PRED2(contains, table, "awaiter");
  holder.tell<Ping>();
}

TEST(TreesOfOneThread, AnActorThatIsReadyShowsItsMail) {
  World world(seeded(1));
  const auto parent = world->spawn<Parent>({.name = "parent"});
  for (int i = 0; i < 4; ++i) parent.tell<Ping>();
  const ActorInfo info = info_of(world->tree(), "parent");
  EXPECT_EQ(info.state, ActorState::ready);
  EXPECT_EQ(info.mailbox_depth, 4u);
}

struct Stuck {
  Signal* inside;
  Signal* let_go;
  void on(Stick) {
    inside->set();
    let_go->wait();
  }
  void on(Ping) {}
};

TEST(TreesOfThreads, AStuckActorShowsItsMessageAndItsMail) {
  World world(threads(1));
  Signal inside, let_go;
  const auto stuck = world->spawn<Stuck>({.name = "stuck"}, &inside, &let_go);
  stuck.tell<Stick>();
  inside.wait();
  for (int i = 0; i < 30; ++i) stuck.tell<Ping>();
  const ActorInfo info = info_of(world->tree(), "stuck");
  EXPECT_EQ(info.state, ActorState::running);
  EXPECT_PRED2(contains, info.message, "Stick");
  EXPECT_EQ(info.mailbox_depth, 30u);
  let_go.set();
}

// Who looks must neither crash nor hold up what it looks at: actors that come, go, ask inline and stop.
TEST(TreesOfThreads, LookingWhileAllIsInMotionDoesNoHarm) {
  World world(threads(2));
  std::atomic<bool> ending{false};
  Signal looks;
  std::thread observer([&] {
    while (!ending) {
      EXPECT_PRED2(contains, to_string(world->tree()), "mailbox");
      looks.set();
    }
  });
  looks.wait();
  const auto target = world->spawn<Awaiter>(troupe::Ref<Holder>());
  for (int round = 0; round < 100; ++round) {
    const auto parent = world->spawn<Parent>({.name = "parent"});
    for (int i = 0; i < 20; ++i) target.tell<Ping>();
    parent.ask<Ping>().get();
    target.ask<Ping>().get();
    parent.stop();
    parent.join().get();
  }
  ending = true;
  observer.join();
}

}  // namespace

#include <atomic>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe::inline v0 {
namespace {

std::atomic<int> children_alive{0};

class Child {
 public:
  Child() { ++children_alive; }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { --children_alive; }
};

class Parent : public Actor<Parent> {
 public:
  explicit Parent(Ref<Child>& child) {
    child = spawn<Child>();
    throw std::runtime_error("no");
  }
};

TEST(Spawn, LeavesNoChildrenBehindWhenTheirParentsConstructorThrows) {
  System system({.workers = 1, .log = &null_log()});
  for (int i = 0; i < 100; ++i) {
    Ref<Child> child;
    EXPECT_THROW(system.spawn<Parent>({.name = "parent"}, child), std::runtime_error);
    child.join().get();
    // The parent has ended when it has gone from the tree; its name is free then.
    while (!system.tree().empty()) std::this_thread::yield();
  }
  EXPECT_EQ(children_alive, 0);
}

TEST(Spawn, MayUseANameAgainOnceItsActorWasJoined) {
  System system({.workers = 2, .log = &null_log()});
  for (int i = 0; i < 2'000; ++i) {
    const auto one = system.spawn<Child>({.name = "one"});
    one.kill();
    one.join().get();
    EXPECT_FALSE(one.alive());
  }
}

}  // namespace
}  // namespace troupe::inline v0

// Parents and children: who stops first, and how.
#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Stopping;
using troupe::StopReason;

using Lines = std::vector<std::string>;

struct Ping {};
struct Say {
  std::string word;
};

class Children : public OnEveryScheduler {
 protected:
  Events events;
  World world{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, Children, every_scheduler(), run_name);

struct Speaker {
  Events* events;
  std::string name;
  void on(const Say& say) { events->add(name + " says " + say.word); }
  void on(Stopping news) { events->add(name + " " + std::string(troupe::to_string(news.reason))); }
  ~Speaker() { events->add(name + " is gone"); }
};

struct Parent final : troupe::Actor<Parent> {
  Events* events;
  std::vector<troupe::Ref<Speaker>> children;
  Parent(Events* out, int count) : events(out) {
    for (int i = 1; i <= count; ++i) {
      children.push_back(spawn<Speaker>(events, "child " + std::to_string(i)));
    }
  }
  std::vector<troupe::Ref<Speaker>> on(Ping) { return children; }
  void on(const Say&) { throw std::runtime_error("parent fails"); }
  void on(Stopping) { events->add("parent stops"); }
};

const Lines in_reverse{"child 3 stopped", "child 3 is gone", "child 2 stopped", "child 2 is gone",
                       "child 1 stopped", "child 1 is gone", "parent stops"};

TEST_P(Children, ChildrenStopFirstInReverseOrder) {
  auto parent = world->spawn<Parent>(&events, 3);
  parent.stop();
  parent.join().get();
  EXPECT_EQ(events.all(), in_reverse);
}

TEST_P(Children, ChildrenOfAParentThatFailsStopInReverseOrder) {
  auto parent = world->spawn<Parent>(&events, 3);
  EndOf end(world, parent);
  parent.tell<Say>("x");
  EXPECT_EQ(end.get().reason, StopReason::failed);
  EXPECT_EQ(events.all(), in_reverse);
}

TEST_P(Children, ChildrenOfAKilledParentAreKilled) {
  auto parent = world->spawn<Parent>(&events, 3);
  const auto children = parent.ask<Ping>().get();
  EndOf end(world, parent);
  parent.kill();
  EXPECT_EQ(end.get().reason, StopReason::killed);
  for (const auto& child : children) EXPECT_FALSE(child.alive());
  const Lines all = events.all();
  ASSERT_EQ(all.size(), 7u);
  EXPECT_EQ(all.back(), "parent stops");
  EXPECT_EQ(std::count(all.begin(), all.end(), "child 2 killed"), 1);
}

TEST_P(Children, AChildMayEndBeforeItsParent) {
  auto parent = world->spawn<Parent>(&events, 3);
  const auto children = parent.ask<Ping>().get();
  children[1].stop();
  children[1].join().get();
  parent.stop();
  parent.join().get();
  EXPECT_EQ(events.all(), (Lines{"child 2 stopped", "child 2 is gone", "child 3 stopped", "child 3 is gone",
                                 "child 1 stopped", "child 1 is gone", "parent stops"}));
}

TEST_P(Children, AChildHandlesItsMailBeforeItsParentsStop) {
  auto parent = world->spawn<Parent>(&events, 1);
  const auto children = parent.ask<Ping>().get();
  for (int i = 0; i < 3; ++i) children[0].tell<Say>(std::to_string(i));
  parent.stop();
  parent.join().get();
  EXPECT_EQ(events.all(), (Lines{"child 1 says 0", "child 1 says 1", "child 1 says 2", "child 1 stopped",
                                 "child 1 is gone", "parent stops"}));
}

}  // namespace

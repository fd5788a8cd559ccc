#include "time/wheel.hpp"
#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace troupe::inline v0::detail {
namespace {

struct Node : TimerNode {
  std::uint64_t due = 0;
  bool in_wheel() const { return previous != nullptr; }
};

/// The wheel beside a sorted model of it.
class Pair {
 public:
  explicit Pair(std::size_t nodes) : nodes_(nodes) {}

  void insert(std::size_t index, std::uint64_t tick) {
    Node& node = nodes_.at(index);
    if (node.in_wheel()) return;
    node.due = std::max(tick, wheel_.now() + 1);
    wheel_.insert(node, tick);
    model_.emplace(node.due, &node);
  }
  void remove(std::size_t index) {
    Node& node = nodes_.at(index);
    if (!node.in_wheel()) return;
    wheel_.remove(node);
    forget(node);
  }
  void advance(std::uint64_t to) {
    std::uint64_t last = 0;
    wheel_.advance(to, [&](TimerNode& node) {
      Node& due = static_cast<Node&>(node);
      RC_ASSERT(!due.in_wheel());
      RC_ASSERT(due.due == wheel_.now());
      RC_ASSERT(last <= due.due);
      RC_ASSERT(model_.begin()->first == due.due);
      last = due.due;
      forget(due);
    });
    RC_ASSERT(wheel_.now() == to);
    RC_ASSERT(model_.empty() || model_.begin()->first > to);
  }
  void check() const {
    RC_ASSERT(wheel_.empty() == model_.empty());
    const auto next = wheel_.next_tick();
    RC_ASSERT(next.has_value() == !model_.empty());
    if (!next) return;
    RC_ASSERT(*next > wheel_.now());
    RC_ASSERT(*next <= model_.begin()->first);
    RC_ASSERT(wheel_.exact_next_tick() == model_.begin()->first);
    // Exact as far as the finest level reaches without a carry.
    const std::uint64_t first = model_.begin()->first;
    if ((first ^ wheel_.now()) < 64) RC_ASSERT(*next == first);
  }
  std::uint64_t now() const { return wheel_.now(); }

 private:
  void forget(Node& node) {
    auto [first, last] = model_.equal_range(node.due);
    for (; first != last; ++first) {
      if (first->second == &node) {
        model_.erase(first);
        return;
      }
    }
    RC_FAIL("a node comes out that isn't in");
  }

  Wheel wheel_;
  std::vector<Node> nodes_;
  std::multimap<std::uint64_t, Node*> model_;
};

/// Distances of every size: within a slot, across levels, beyond the wheel's reach.
rc::Gen<std::uint64_t> distance() {
  return rc::gen::mapcat(rc::gen::inRange(0, 40), [](int bits) {
    return rc::gen::inRange<std::uint64_t>(0, (std::uint64_t{1} << bits) + 1);
  });
}

RC_GTEST_PROP(WheelProperty, HandsOutEachTimerAtItsTickInOrder, ()) {
  constexpr std::size_t nodes = 24;
  Pair pair(nodes);
  pair.advance(*distance());
  const int steps = *rc::gen::inRange(1, 120);
  for (int i = 0; i < steps; ++i) {
    const auto index = *rc::gen::inRange<std::size_t>(0, nodes);
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
      case 1:
      case 2:
        pair.insert(index, pair.now() + *distance());
        break;
      case 3:
        pair.remove(index);
        break;
      default:
        pair.advance(pair.now() + *distance());
    }
    pair.check();
  }
}

TEST(Wheel, TakesATickThatHasPassedForTheNextOne) {
  Pair pair(2);
  pair.advance(1'000);
  pair.insert(0, 3);
  pair.insert(1, 1'000);
  pair.check();
  pair.advance(1'001);
  pair.check();
}

TEST(Wheel, CascadesATimerThatIsDueWhereALevelBegins) {
  for (const std::uint64_t start :
       {64ULL, 4'096ULL, 262'144ULL, 16'777'216ULL, 1'073'741'824ULL, 68'719'476'736ULL}) {
    Pair pair(3);
    pair.insert(0, start - 1);
    pair.insert(1, start);
    pair.insert(2, start + 1);
    pair.advance(start + 1);
    pair.check();
  }
}

TEST(Wheel, KeepsTheOrderOfTimersThatAreDueTogether) {
  Wheel wheel;
  std::vector<Node> nodes(100);
  for (Node& node : nodes) wheel.insert(node, 5'000);
  std::vector<TimerNode*> fired;
  wheel.advance(10'000, [&](TimerNode& node) { fired.push_back(&node); });
  ASSERT_EQ(fired.size(), nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) EXPECT_EQ(fired[i], &nodes[i]);
}

TEST(Wheel, LetsWhatIsDueInsertItAgain) {
  Wheel wheel;
  Node node;
  wheel.insert(node, 1);
  std::vector<std::uint64_t> ticks;
  wheel.advance(300, [&](TimerNode& due) {
    ticks.push_back(wheel.now());
    wheel.insert(due, wheel.now() + 70);
  });
  EXPECT_EQ(ticks, (std::vector<std::uint64_t>{1, 71, 141, 211, 281}));
  wheel.remove(node);
  EXPECT_TRUE(wheel.empty());
}

}  // namespace
}  // namespace troupe::inline v0::detail

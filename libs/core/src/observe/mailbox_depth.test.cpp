// Goal: a lane is counted from another thread while its actor handles messages, without a look at a block
// that has been freed: the sanitizers see to that.
#include "observe/mailbox_depth.hpp"
#include <atomic>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe::inline v0 {
namespace {

struct Wait {
  std::latch* entered;
  std::latch* leave;
};
struct Nothing {};
class Slow {
 public:
  void on(const Wait& wait) {
    wait.entered->count_down();
    wait.leave->wait();
  }
  void on(Nothing) {}
};

std::size_t depth_of(const System& system) {
  const Tree tree = system.tree();
  return tree.empty() ? 0 : tree.front().mailbox_depth;
}

TEST(MailboxDepth, IsExactDuringATurn) {
  System system({.workers = 1});
  const auto slow = system.spawn<Slow>();
  for (const std::size_t queued : {0U, 1U, 5U, 300U}) {
    std::latch entered(1), leave(1);
    slow.tell<Wait>(&entered, &leave);
    entered.wait();
    for (std::size_t i = 0; i < queued; ++i) slow.tell(Nothing{});
    EXPECT_EQ(depth_of(system), queued);
    leave.count_down();
    slow.ask(Nothing{}).get();  // before the latches go
  }
  slow.stop();
  slow.join().get();
  EXPECT_EQ(depth_of(system), 0U);
}

TEST(MailboxDepth, IsCountedWhileMessagesComeAndGo) {
  System system({.workers = 2});
  const auto one = system.spawn<Slow>();
  std::atomic<bool> over{false};
  std::thread sender([&] {
    for (int round = 0; round < 300; ++round) {
      for (int i = 0; i < 100; ++i) one.tell(Nothing{});
      one.ask(Nothing{}).get();
    }
    over = true;
  });
  while (!over) EXPECT_LE(depth_of(system), 101U);
  sender.join();
}

}  // namespace
}  // namespace troupe::inline v0

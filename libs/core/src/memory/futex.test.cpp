#include "memory/futex.hpp"
#include <thread>

#include <gtest/gtest.h>

namespace troupe::inline v0::detail {
namespace {

TEST(Doorbell, KeepsANoticeThatComesFirst) {
  Doorbell bell;
  bell.notify();
  bell.notify();
  bell.wait();
  EXPECT_FALSE(bell.take());
}

TEST(Doorbell, ReturnsWithoutANoticeWhenTheTimeIsOver) {
  Doorbell bell;
  EXPECT_FALSE(bell.wait_for(std::chrono::nanoseconds(0)));
  EXPECT_FALSE(bell.wait_for(std::chrono::microseconds(100)));
  bell.notify();
  EXPECT_TRUE(bell.wait_for(std::chrono::hours(1)));
}

TEST(Doorbell, LosesNoNoticeBetweenTwoThreads) {
  Doorbell ping, pong;
  int shared = 0;  // plain: the bells order it
  constexpr int rounds = 20'000;
  std::thread other([&] {
    for (int i = 0; i < rounds; ++i) {
      ping.wait();
      ++shared;
      pong.notify();
    }
  });
  for (int i = 0; i < rounds; ++i) {
    ping.notify();
    if (i % 2 == 0) {
      pong.wait();
    } else {
      while (!pong.wait_for(std::chrono::microseconds(50))) {
      }
    }
    ASSERT_EQ(shared, i + 1);
  }
  other.join();
}

}  // namespace
}  // namespace troupe::inline v0::detail

#include "pubsub/subscriptions.hpp"
#include <vector>

#include <gtest/gtest.h>

namespace troupe::kv {
namespace {

struct Heard {
  std::vector<int> directly;
  std::vector<std::string> by_pattern;
  std::size_t receivers = 0;
};

Heard publish(const Subscriptions<int>& subscriptions, std::string_view channel) {
  Heard heard;
  heard.receivers = subscriptions.publish(
      channel, [&heard](int who) { heard.directly.push_back(who); },
      [&heard](int who, std::string_view pattern) {
        heard.by_pattern.push_back(std::to_string(who) + ":" + std::string(pattern));
      });
  return heard;
}

TEST(Subscriptions, reach_channels_and_patterns) {
  Subscriptions<int> subscriptions;
  subscriptions.subscribe("news", 1);
  subscriptions.subscribe("news", 2);
  subscriptions.subscribe("news", 2);
  subscriptions.subscribe_pattern("n*", 2);
  subscriptions.subscribe_pattern("x*", 3);
  const Heard heard = publish(subscriptions, "news");
  EXPECT_EQ(heard.directly, (std::vector<int>{1, 2}));
  EXPECT_EQ(heard.by_pattern, (std::vector<std::string>{"2:n*"}));
  EXPECT_EQ(heard.receivers, 3U);
}

TEST(Subscriptions, keep_nothing_without_subscribers) {
  Subscriptions<int> subscriptions;
  subscriptions.subscribe("a", 1);
  subscriptions.subscribe_pattern("p", 1);
  subscriptions.unsubscribe("a", 1);
  subscriptions.unsubscribe("a", 1);
  subscriptions.unsubscribe_pattern("p", 1);
  EXPECT_TRUE(subscriptions.channels().empty());
  EXPECT_EQ(subscriptions.patterns(), 0U);
}

TEST(Subscriptions, forget_who_is_gone) {
  Subscriptions<int> subscriptions;
  subscriptions.subscribe("a", 1);
  subscriptions.subscribe("a", 2);
  subscriptions.subscribe("b", 1);
  subscriptions.subscribe_pattern("p", 1);
  subscriptions.forget(1);
  EXPECT_EQ(subscriptions.subscribers_of("a"), 1U);
  EXPECT_EQ(subscriptions.channels().size(), 1U);
  EXPECT_EQ(subscriptions.patterns(), 0U);
}

}  // namespace
}  // namespace troupe::kv

// Topics: who publishes doesn't know who listens.
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Ref;
using troupe::Reply;
using troupe::Subscribe;
using troupe::Task;
using troupe::Topic;
using troupe::TopicOptions;
using troupe::Unsubscribe;

struct Price {
  std::string item;
  int cents;
};
struct Seen {};
struct Come {};
struct Go {};

struct Listener {
  std::vector<int> seen;
  void on(const Price& price) { seen.push_back(price.cents); }
  std::vector<int> on(Seen) const { return seen; }
};

class Topics : public OnEveryScheduler {
 protected:
  World world{GetParam()};
  std::vector<int> seen_by(const Ref<Listener>& listener) { return listener.ask<Seen>().get(); }
  std::size_t subscribers(const Ref<Topic<Price>>& topic) {
    return topic.ask<troupe::CountSubscribers>().get();
  }
};
INSTANTIATE_TEST_SUITE_P(All, Topics, every_scheduler(), run_name);

TEST_P(Topics, SendWhatIsPublishedToAllSubscribersInOrder) {
  const auto topic = world->spawn<Topic<Price>>({.name = "prices"});
  const auto one = world->spawn<Listener>();
  const auto two = world->spawn<Listener>();
  topic.tell<Price>("tea", 1);
  topic.tell<Subscribe<Price>>(one);
  topic.tell<Price>("tea", 2);
  topic.tell<Subscribe<Price>>(two);
  topic.tell<Subscribe<Price>>(two);
  topic.tell<Price>("tea", 3);
  topic.tell<Unsubscribe<Price>>(one);
  topic.ask<Price>("tea", 4).get();
  EXPECT_EQ(seen_by(one), (std::vector<int>{2, 3}));
  EXPECT_EQ(seen_by(two), (std::vector<int>{3, 4})) << "twice is once";
  EXPECT_EQ(subscribers(topic), 1u);
}

TEST_P(Topics, GiveTheLastMessageToANewSubscriberIfTheyKeepIt) {
  const auto topic = world->spawn<Topic<Price>>(TopicOptions{.keep_last = true});
  const auto early = world->spawn<Listener>();
  topic.ask<Subscribe<Price>>(early).get();
  topic.tell<Price>("tea", 1);
  topic.tell<Price>("tea", 2);
  const auto late = world->spawn<Listener>();
  topic.ask<Subscribe<Price>>(late).get();
  EXPECT_EQ(seen_by(early), (std::vector<int>{1, 2})) << "nothing was there when it came";
  EXPECT_EQ(seen_by(late), (std::vector<int>{2}));
}

TEST_P(Topics, ForgetSubscribersThatHaveEnded) {
  const auto topic = world->spawn<Topic<Price>>();
  const auto stays = world->spawn<Listener>();
  const auto goes = world->spawn<Listener>();
  topic.ask<Subscribe<Price>>(stays).get();
  topic.ask<Subscribe<Price>>(goes).get();
  goes.stop();
  goes.join().get();
  EXPECT_EQ(subscribers(topic), 1u);
  topic.ask<Subscribe<Price>>(goes).get();
  EXPECT_EQ(subscribers(topic), 1u) << "one that had ended before";
  topic.ask<Price>("tea", 1).get();
  EXPECT_EQ(seen_by(stays), (std::vector<int>{1}));
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

/// Handles its first message only when it is let go on.
struct Sleeper {
  std::vector<Reply<void>> waiting;
  void on(Come, Reply<void> reply) { waiting.push_back(std::move(reply)); }
  void on(Go) {
    for (auto& reply : waiting) reply.answer();
  }
  std::size_t on(Seen) const { return waiting.size(); }
};
struct Slow final : troupe::Actor<Slow> {
  explicit Slow(Ref<Sleeper> with) : sleeper(with) {}
  Task<> on(const Price& price) {
    const int cents = price.cents;
    if (seen.empty()) co_await sleeper.ask<Come>().within(troupe::Duration::max());
    seen.push_back(cents);
  }
  std::vector<int> on(Seen) const { return seen; }
  Ref<Sleeper> sleeper;
  std::vector<int> seen;
};
TEST_P(Topics, ASlowSubscriberDelaysNobody) {
  const auto topic = world->spawn<Topic<Price>>();
  const auto sleeper = world->spawn<Sleeper>();
  const auto slow = world->spawn<Slow>(sleeper);
  const auto quick = world->spawn<Listener>();
  topic.tell<Subscribe<Price>>(slow);
  topic.tell<Subscribe<Price>>(quick);
  for (int i = 0; i < 100; ++i) topic.ask<Price>("tea", i).get();
  EXPECT_EQ(seen_by(quick).size(), 100u) << "while the other is at its first";
  sleeper.tell<Go>();
  // The slow one may have come to the sleeper only now.
  EXPECT_EQ(quick.ask<Seen>().get().size(), 100u);
  slow.kill();
}

TEST_P(Topics, ASlowSubscribersOwnMailboxRuleHolds) {
  const auto topic = world->spawn<Topic<Price>>();
  const auto sleeper = world->spawn<Sleeper>();
  const auto slow = world->spawn<Slow>({.mailbox = troupe::bounded(2, troupe::drop_oldest)}, sleeper);
  const auto quick = world->spawn<Listener>();
  topic.tell<Subscribe<Price>>(slow);
  topic.tell<Subscribe<Price>>(quick);
  topic.ask<Price>("tea", 0).get();
  while (sleeper.ask<Seen>().get() == 0) {
    if (!world.on_threads()) world.scheduler().run_until_idle();
  }
  for (int i = 1; i < 10; ++i) topic.ask<Price>("tea", i).get();
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::overflow], 7u);
  EXPECT_EQ(seen_by(quick).size(), 10u);
  sleeper.tell<Go>();
  EXPECT_EQ(slow.ask<Seen>().within(troupe::Duration::max()).get(), (std::vector<int>{0, 8, 9}));
}

TEST_P(Topics, AreRecipientsOfTheirMessages) {
  const auto topic = world->spawn<Topic<Price>>();
  const auto listener = world->spawn<Listener>();
  topic.ask<Subscribe<Price>>(listener).get();
  const troupe::Recipient<void(Price)> to = topic;
  to.ask<Price>("tea", 5).get();
  EXPECT_EQ(seen_by(listener), (std::vector<int>{5}));
}

TEST_P(Topics, MayBeSubscribedToEachOther) {
  const auto from = world->spawn<Topic<Price>>();
  const auto to = world->spawn<Topic<Price>>();
  const auto listener = world->spawn<Listener>();
  from.ask<Subscribe<Price>>(to).get();
  to.ask<Subscribe<Price>>(listener).get();
  from.ask<Price>("tea", 6).get();
  subscribers(to);  // it has published what came before
  EXPECT_EQ(seen_by(listener), (std::vector<int>{6}));
}

}  // namespace

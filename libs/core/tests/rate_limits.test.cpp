// Rate limits: token buckets, and gates before actors.
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <troupe/rate_limit.hpp>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::RateLimit;
using troupe::RateLimitOptions;
using troupe::Ref;
using troupe::Reply;
using troupe::TokenBucket;

constexpr auto none = std::chrono::nanoseconds(0);

TEST(TokenBuckets, BeginWithTheirBurstAndRefillEvenly) {
  TokenBucket bucket({.tokens = 2, .per = 1s, .burst = 3}, 10s);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(10s));
  EXPECT_EQ(bucket.take(10s).error(), 500ms);
  EXPECT_EQ(bucket.take(10s + 400ms).error(), 100ms);
  EXPECT_TRUE(bucket.take(10s + 500ms));
  EXPECT_EQ(bucket.take(10s + 500ms).error(), 500ms);
  EXPECT_EQ(bucket.tokens(10min), 3u) << "no more than the burst";
}

TEST(TokenBuckets, CountWithoutRoundingHoweverLong) {
  // Three tokens a second don't come at whole nanoseconds: over an hour not one may be lost or won.
  TokenBucket bucket({.tokens = 3, .per = 1s, .burst = 2}, none);
  std::chrono::nanoseconds now = none;
  std::uint64_t taken = 0;
  while (now <= 1h) {
    if (const auto outcome = bucket.take(now)) {
      ++taken;
    } else {
      EXPECT_GT(outcome.error(), none);
      now += outcome.error();
    }
  }
  EXPECT_EQ(taken, 3u * 3600 + 2);
}

TEST(TokenBuckets, ReserveTokensThatHaveYetToCome) {
  TokenBucket bucket({.tokens = 10, .per = 1s, .burst = 1}, none);
  EXPECT_EQ(bucket.reserve(none), none) << "it is there";
  EXPECT_EQ(bucket.reserve(none), 100ms);
  EXPECT_EQ(bucket.reserve(none), 200ms);
  EXPECT_EQ(bucket.owed(none), 2u);
  EXPECT_EQ(bucket.take(50ms).error(), 250ms) << "the next one that isn't reserved";
  EXPECT_EQ(bucket.until_next_owed(50ms), 50ms);
  EXPECT_EQ(bucket.owed(100ms), 1u);
  EXPECT_EQ(bucket.until_next_owed(199ms), 1ms);
  EXPECT_EQ(bucket.owed(200ms), 0u);
  EXPECT_EQ(bucket.until_next_owed(200ms), none);
  EXPECT_FALSE(bucket.take(299ms));
  EXPECT_TRUE(bucket.take(300ms));
}

TEST(TokenBuckets, TakeTheLargestNumbersAndRefuseLargerOnes) {
  constexpr auto large = std::numeric_limits<std::uint64_t>::max();
  TokenBucket fast({.tokens = large, .per = 1ns, .burst = 5}, none);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(fast.take(none));
  EXPECT_EQ(fast.take(none).error(), 1ns);
  EXPECT_EQ(fast.tokens(std::chrono::nanoseconds::max()), 5u);
  TokenBucket slow({.tokens = 1, .per = 24h * 365 * 100, .burst = 2}, none);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(slow.take(none));
  EXPECT_EQ(slow.take(none).error(), 24h * 365 * 100);
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([] { TokenBucket({.tokens = large, .per = 1s}, none); }),
               "below 2^63");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([] { TokenBucket({.tokens = 0}, none); }), "1 token");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([] { TokenBucket({.per = 0s}, none); }), "1 token");
}

struct Put {
  int number;
};
struct Get {
  int number;
};
struct OnlyOnce {
  std::unique_ptr<int> number;
};
struct Later {
  int number;
  Reply<int> reply;
};
struct Seen {};
struct Api {
  std::vector<int> seen;
  void on(Put put) { seen.push_back(put.number); }
  int on(Get get) {
    seen.push_back(get.number);
    return get.number * 2;
  }
  int on(OnlyOnce message) const { return *message.number; }
  void on(Later message) const { message.reply.answer(message.number * 3); }
  std::vector<int> on(Seen) const { return seen; }
};
using Gate = RateLimit<Ref<Api>>;
static_assert(troupe::handles<Gate, Put> && std::is_same_v<troupe::reply_t<Gate, Get>, int>);

class RateLimits : public OnEveryScheduler {
 protected:
  World world{GetParam()};
  Ref<Api> api = world->spawn<Api>();
  Ref<Gate> gate_of(const RateLimitOptions& options) {
    return world->spawn<Gate>({.name = "gate"}, api, options);
  }
  // Asks at the API itself, behind what has passed by then.
  std::vector<int> seen() { return api.ask<Seen>().get(); }
};
INSTANTIATE_TEST_SUITE_P(All, RateLimits, every_scheduler(), run_name);

TEST_P(RateLimits, PassSoManyAndRefuseTheRestWithTheTimeToWait) {
  const auto gate = gate_of({.tokens = 10, .per = 1s, .burst = 2});
  EXPECT_EQ(gate.ask<Get>(1).get(), 2);
  EXPECT_EQ(gate.ask<OnlyOnce>(std::make_unique<int>(5)).get(), 5);
  const auto refused = gate.try_ask<Get>(3).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason(), troupe::Reason::rate_limited);
  const auto* why = troupe::cause_as<troupe::RateLimited>(refused.error().cause());
  ASSERT_NE(why, nullptr);
  EXPECT_EQ(why->retry_after(), 100ms);
  EXPECT_PRED2(contains, why->what(), "Get was refused by the rate limit at gate");
  EXPECT_EQ(world->dead_letters().total(), 0u) << "its asker knows";
  world.advance(99ms);
  EXPECT_FALSE(gate.try_ask<Get>(4).get());
  world.advance(1ms);
  EXPECT_EQ(gate.ask<Get>(5).get(), 10);
  world.advance(100ms);
  EXPECT_EQ(gate.ask<Later>(5).get(), 15) << "a message may carry its Reply";
  const auto late = gate.try_ask<Later>(6).get();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason(), troupe::Reason::rate_limited);
}

TEST_P(RateLimits, WhatWasToldAndIsRefusedIsADeadLetter) {
  struct Collector {
    std::vector<troupe::DeadLetter> letters;
    void on(const troupe::DeadLetter& letter) { letters.push_back(letter); }
    std::vector<troupe::DeadLetter> on(Seen) const { return letters; }
  };
  const auto collector = world->spawn<Collector>();
  world->subscribe_dead_letters(collector);
  const auto gate = gate_of({.burst = 1});
  gate.ask<Put>(1).get();
  gate.tell<Put>(2);
  EXPECT_FALSE(gate.try_ask<Get>(3).get());
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::rate_limited], 1u);
  const auto letters = collector.ask<Seen>().get();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].reason, troupe::Undelivered::rate_limited);
  EXPECT_EQ(letters[0].path, "gate");
  ASSERT_NE(letters[0].get_if<Put>(), nullptr);
  EXPECT_EQ(letters[0].get_if<Put>()->number, 2);
  EXPECT_NE(troupe::cause_as<troupe::RateLimited>(letters[0].cause), nullptr);
}

/// Notes when it was told what.
struct Timed final : troupe::Actor<Timed> {
  using Notes = std::vector<std::pair<int, std::chrono::nanoseconds>>;
  Notes notes;
  void on(Put put) { notes.emplace_back(put.number, now()); }
  int on(Get get) {
    notes.emplace_back(get.number, now());
    return get.number;
  }
  Notes on(Seen) const { return notes; }
};
// In one thread: there time passes only where nothing else can run.
TEST(RateLimitsOfOneThread, LetWhatWaitsThroughAtTheirRateInOrder) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world{seeded(seed)};
    const auto timed = world->spawn<Timed>();
    const auto gate =
        world->spawn<RateLimit<Ref<Timed>>>(timed, RateLimitOptions{.tokens = 100, .burst = 2, .queue = 3});
    const auto begin = world->now();
    for (int i = 0; i < 7; ++i) gate.tell<Put>(i);
    world.scheduler().advance(1s);
    // Two at once, three that wait, and two that are refused.
    EXPECT_EQ(
        timed.ask<Seen>().get(),
        (Timed::Notes{{0, begin}, {1, begin}, {2, begin + 10ms}, {3, begin + 20ms}, {4, begin + 30ms}}));
    EXPECT_EQ(world->dead_letters()[troupe::Undelivered::rate_limited], 2u);
    for (int i = 7; i < 9; ++i) gate.tell<Put>(i);
    EXPECT_EQ(gate.ask<Get>(9).get(), 9) << "an ask waits as well";
    EXPECT_EQ(timed.ask<Seen>().get().back(), (Timed::Notes::value_type{9, begin + 1s + 10ms}));
  }
}

TEST(RateLimitsOfOneThread, FasterThanTheirTimersLetSeveralThroughAtATime) {
  World world{seeded(1)};
  const auto timed = world->spawn<Timed>();
  const auto gate =
      world->spawn<RateLimit<Ref<Timed>>>(timed, RateLimitOptions{.tokens = 2500, .burst = 1, .queue = 100});
  const auto begin = world->now();
  for (int i = 0; i < 51; ++i) gate.tell<Put>(i);
  world.scheduler().advance(1s);
  const auto notes = timed.ask<Seen>().get();
  ASSERT_EQ(notes.size(), 51u);
  for (int i = 0; i < 51; ++i) {
    EXPECT_EQ(notes[static_cast<std::size_t>(i)].first, i);
    // Its token comes after i * 0.4 ms, and the timer with the next full millisecond.
    EXPECT_EQ(notes[static_cast<std::size_t>(i)].second - begin,
              std::chrono::ceil<std::chrono::milliseconds>(i * 400us));
  }
}

TEST_P(RateLimits, StandBeforeRecipientsToo) {
  const auto gate =
      world->spawn<RateLimit<troupe::Recipient<Put, int(Get)>>>(api, RateLimitOptions{.burst = 2});
  EXPECT_EQ(gate.ask<Get>(4).get(), 8);
  gate.ask<Put>(5).get();
  EXPECT_EQ(seen(), (std::vector<int>{4, 5}));
}

TEST_P(RateLimits, WhatWaitsWhenTheyStopIsRefused) {
  const auto gate = gate_of({.per = 1h, .queue = 10});
  gate.ask<Put>(0).get();
  gate.tell<Put>(1);
  auto waiting = gate.try_ask<Get>(2).within(troupe::Duration::max());
  gate.tell<Put>(3);
  gate.stop();
  gate.join().get();
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::stopped], 2u);
  EXPECT_EQ(std::move(waiting).get().error().reason(), troupe::Reason::stopped);
}

}  // namespace

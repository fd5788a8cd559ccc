// one_to_one and fan_in in Troupe.
#include <latch>
#include <thread>
#include <vector>

#include <troupe/troupe.hpp>

#include "../harness/check.hpp"
#include "../harness/rounds.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "with_options.hpp"

namespace bench {
namespace {

struct Increment {
  long by;
};
struct SendBurst {
  long left;
};
struct BeginRound {};

class Producer : public troupe::Actor<Producer> {
 public:
  explicit Producer(troupe::Recipient<Increment> counter) : counter_(counter) {}

  /// A turn sends kTurn messages: one that sent them all would keep its worker from running anything else.
  void on(SendBurst share) {
    for (long i = 0; i < kTurn; ++i) counter_.tell<Increment>(1L);
    if (share.left > kTurn) self().tell<SendBurst>(share.left - kTurn);
  }

 private:
  troupe::Recipient<Increment> counter_;
};

struct Feed {
  troupe::Ref<Producer> producer;
};

class Counter {
 public:
  Counter(long rounds, long* value, std::latch* done) : rounds_(rounds), value_(value), done_(done) {}

  void on(const Feed& feed) { producers_.push_back(feed.producer); }
  void on(BeginRound) {
    const long share = kBurst / static_cast<long>(producers_.size());
    for (const auto& producer : producers_) producer.tell<SendBurst>(share);
  }
  void on(Increment increment) {
    *value_ += increment.by;
    if (*value_ % kBurst != 0) return;
    if (--rounds_ == 0) return done_->count_down();
    on(BeginRound{});
  }

 private:
  std::vector<troupe::Ref<Producer>> producers_;
  long rounds_;
  long* value_;
  std::latch* done_;
};

Result from_actors(const troupe::SystemOptions& options, const troupe::SpawnOptions& counter_options,
                   long producer_count, long rounds) {
  std::latch done(1);
  long value = 0;
  troupe::System system(options);
  const auto counter = system.spawn<Counter>(counter_options, rounds, &value, &done);
  for (long i = 0; i < producer_count; ++i) counter.tell<Feed>(system.spawn<Producer>(counter));
  const auto result = ns_per_operation(rounds * kBurst, [&] {
    counter.tell<BeginRound>();
    done.wait();
  });
  expect_equal(rounds * kBurst, value, "the counter");
  return result;
}

class ThreadCounter {
 public:
  ThreadCounter(Rounds* completed, long* value) : completed_(completed), value_(value) {}

  void on(Increment increment) {
    *value_ += increment.by;
    if (*value_ % kBurst == 0) completed_->complete();
  }

 private:
  Rounds* completed_;
  long* value_;
};

}  // namespace

Result one_to_one_with(const troupe::SpawnOptions& counter, double scale) {
  return from_actors({}, counter, 1, scaled(20, scale));
}
Result one_to_one(double scale) { return one_to_one_with({}, scale); }

Result fan_in_actors_with(const troupe::SystemOptions& options, double scale) {
  return from_actors(options, {}, kProducers, scaled(20, scale));
}
Result fan_in_actors(double scale) { return fan_in_actors_with({}, scale); }

Result fan_in_threads(double scale) {
  const long rounds = scaled(20, scale);
  Rounds completed;
  long value = 0;
  troupe::System system;
  const auto counter = system.spawn<ThreadCounter>(&completed, &value);
  const auto result = ns_per_operation(rounds * kBurst, [&] {
    std::vector<std::jthread> threads;
    for (long t = 0; t < kProducers; ++t) {
      threads.emplace_back([&] {
        for (int round = 1; round <= rounds; ++round) {
          for (long i = 0; i < kBurst / kProducers; ++i) counter.tell<Increment>(1L);
          completed.wait_for(round);
        }
      });
    }
  });
  expect_equal(rounds * kBurst, value, "the counter");
  return result;
}

}  // namespace bench

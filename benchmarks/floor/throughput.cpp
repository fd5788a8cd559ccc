// one_to_one and fan_in: producers send bursts without waiting, one counter takes them all.
#include <latch>
#include <thread>
#include <vector>

#include "../harness/check.hpp"
#include "../harness/rounds.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "runtime.hpp"

namespace bench {
namespace {

using namespace bare;

struct Increment {
  long by;
};
struct SendBurst {
  long left;
};

struct Counter;

struct Producer : Object {
  Counter* counter = nullptr;
  long burst = 0;  // its share of kBurst

  void on(const SendBurst& share);
};

struct Counter : Object {
  long value = 0;
  long rounds = 0;
  std::vector<Producer>* producers = nullptr;
  std::latch* done = nullptr;

  void on(const Increment& increment) {
    value += increment.by;
    if (value % kBurst != 0) return;
    if (--rounds == 0) return done->count_down();
    for (auto& producer : *producers) send(producer, SendBurst{producer.burst});
  }
};

/// A turn sends kTurn messages: one that sent them all would keep its worker from running anything else.
void Producer::on(const SendBurst& share) {
  for (long i = 0; i < kTurn; ++i) send(*counter, Increment{1});
  if (share.left > kTurn) send(*this, SendBurst{share.left - kTurn});
}

Result from_objects(long producer_count, long rounds) {
  std::vector<Producer> producers(static_cast<std::size_t>(producer_count));
  std::latch done(1);
  Counter counter;
  counter.rounds = rounds;
  counter.producers = &producers;
  counter.done = &done;
  for (auto& producer : producers) {
    producer.counter = &counter;
    producer.burst = kBurst / producer_count;
  }
  Runtime runtime;
  const auto result = ns_per_operation(rounds * kBurst, [&] {
    for (auto& producer : producers) send(producer, SendBurst{producer.burst});
    done.wait();
  });
  expect_equal(rounds * kBurst, counter.value, "the counter");
  return result;
}

struct ThreadCounter : Object {
  long value = 0;
  Rounds rounds;

  void on(const Increment& increment) {
    value += increment.by;
    if (value % kBurst == 0) rounds.complete();
  }
};

}  // namespace

Result one_to_one(double scale) { return from_objects(1, scaled(20, scale)); }

Result fan_in_actors(double scale) { return from_objects(kProducers, scaled(20, scale)); }

Result fan_in_threads(double scale) {
  const long rounds = scaled(20, scale);
  ThreadCounter counter;
  Runtime runtime;
  const auto result = ns_per_operation(rounds * kBurst, [&] {
    std::vector<std::jthread> threads;
    for (long t = 0; t < kProducers; ++t) {
      threads.emplace_back([&] {
        for (int round = 1; round <= rounds; ++round) {
          for (long i = 0; i < kBurst / kProducers; ++i) send(counter, Increment{1});
          counter.rounds.wait_for(round);
        }
      });
    }
  });
  expect_equal(rounds * kBurst, counter.value, "the counter");
  return result;
}

}  // namespace bench

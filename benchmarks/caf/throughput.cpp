// one_to_one and fan_in in CAF.
#include <latch>
#include <thread>

#include "../harness/check.hpp"
#include "../harness/rounds.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "system.hpp"

namespace bench {
namespace {

using increment_atom = caf::atom_constant<caf::atom("increment")>;
using burst_atom = caf::atom_constant<caf::atom("burst")>;
using feed_atom = caf::atom_constant<caf::atom("feed")>;

class Producer : public caf::event_based_actor {
 public:
  Producer(caf::actor_config& config, caf::actor counter) : event_based_actor(config), counter_(counter) {}

  caf::behavior make_behavior() override {
    return {[this](burst_atom, std::int64_t left) {
      for (long i = 0; i < kTurn; ++i) send(counter_, increment_atom::value, std::int64_t{1});
      if (left > kTurn) send(this, burst_atom::value, std::int64_t{left - kTurn});
    }};
  }

 private:
  caf::actor counter_;
};

class Counter : public caf::event_based_actor {
 public:
  Counter(caf::actor_config& config, long rounds, long* value, std::latch* done)
      : event_based_actor(config), rounds_(rounds), value_(value), done_(done) {}

  caf::behavior make_behavior() override {
    return {
        [this](feed_atom, const caf::actor& producer) { producers_.push_back(producer); },
        [this](burst_atom) { begin_round(); },
        [this](increment_atom, std::int64_t by) {
          *value_ += by;
          if (*value_ % kBurst != 0) return;
          if (--rounds_ == 0) return done_->count_down();
          begin_round();
        },
    };
  }

 private:
  void begin_round() {
    const auto share = std::int64_t{kBurst} / static_cast<std::int64_t>(producers_.size());
    for (const auto& producer : producers_) send(producer, burst_atom::value, share);
  }

  std::vector<caf::actor> producers_;
  long rounds_;
  long* value_;
  std::latch* done_;
};

Result from_actors(long producer_count, long rounds) {
  std::latch done(1);
  long value = 0;
  Config config;
  caf::actor_system system(config);
  Cast cast;
  const auto counter = cast.add(system.spawn<Counter>(rounds, &value, &done));
  for (long i = 0; i < producer_count; ++i) {
    caf::anon_send(counter, feed_atom::value, cast.add(system.spawn<Producer>(counter)));
  }
  const auto result = ns_per_operation(rounds * kBurst, [&] {
    caf::anon_send(counter, burst_atom::value);
    done.wait();
  });
  expect_equal(rounds * kBurst, value, "the counter");
  return result;
}

}  // namespace

Result one_to_one(double scale) { return from_actors(1, scaled(3, scale)); }

Result fan_in_actors(double scale) { return from_actors(kProducers, scaled(3, scale)); }

Result fan_in_threads(double scale) {
  const long rounds = scaled(3, scale);
  Rounds completed;
  long value = 0;
  Config config;
  caf::actor_system system(config);
  const auto counter = system.spawn([&]() -> caf::behavior {
    return {[&](increment_atom, std::int64_t by) {
      value += by;
      if (value % kBurst == 0) completed.complete();
    }};
  });
  const auto result = ns_per_operation(rounds * kBurst, [&] {
    std::vector<std::jthread> threads;
    for (long t = 0; t < kProducers; ++t) {
      threads.emplace_back([&] {
        for (int round = 1; round <= rounds; ++round) {
          for (long i = 0; i < kBurst / kProducers; ++i) {
            caf::anon_send(counter, increment_atom::value, std::int64_t{1});
          }
          completed.wait_for(round);
        }
      });
    }
  });
  expect_equal(rounds * kBurst, value, "the counter");
  return result;
}

}  // namespace bench

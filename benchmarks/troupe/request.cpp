// ask_actor, ask_thread, ask_busy and ask_waiting in Troupe.
#include <latch>
#include <vector>

#include <troupe/troupe.hpp>

#include "../harness/check.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "with_options.hpp"

namespace bench {
namespace {

struct GetValue {};
struct Credit {};
struct Noise {
  troupe::Recipient<Credit> from;
  long number;
};
struct Begin {};
struct Enough {};

/// Answers, and takes noise: of each kFeederCredit messages it tells their feeder.
class Target {
 public:
  long on(GetValue) const { return 1; }
  void on(const Noise& noise) {
    if (noise.number % kFeederCredit == 0) noise.from.tell<Credit>();
  }
};

class Asker {
 public:
  Asker(troupe::Ref<Target> target, long asks, long* sum, std::latch* done)
      : target_(target), asks_(asks), sum_(sum), done_(done) {}

  troupe::Task<void> on(Begin) {
    long sum = 0;
    for (long i = 0; i < asks_; ++i) sum += co_await target_.ask<GetValue>();
    *sum_ = sum;
    done_->count_down();
  }

 private:
  troupe::Ref<Target> target_;
  long asks_;
  long* sum_;
  std::latch* done_;
};

/// Keeps kFeederWindow messages on their way to the target, so that it always has a queue.
class Feeder : public troupe::Actor<Feeder> {
 public:
  explicit Feeder(troupe::Ref<Target> target) : target_(target) {}

  void on(Begin) { feed(kFeederWindow); }
  void on(Credit) { feed(kFeederCredit); }
  void on(Enough) { enough_ = true; }

 private:
  void feed(long count) {
    if (enough_) return;
    for (long i = 0; i < count; ++i) target_.tell<Noise>(self(), ++sent_);
  }

  troupe::Ref<Target> target_;
  long sent_ = 0;
  bool enough_ = false;
};

Result ask_from_actor(troupe::System& system, troupe::Ref<Target> target, long asks) {
  std::latch done(1);
  long sum = 0;
  const auto asker = system.spawn<Asker>(target, asks, &sum, &done);
  const auto result = ns_per_operation(asks, [&] {
    asker.tell<Begin>();
    done.wait();
  });
  expect_equal(asks, sum, "the sum of the answers");
  return result;
}

}  // namespace

Result ask_actor(double scale) {
  troupe::System system;
  return ask_from_actor(system, system.spawn<Target>(), scaled(30'000'000, scale));
}

Result ask_thread(double scale) {
  const long asks = scaled(30'000'000, scale);
  troupe::System system;
  const auto target = system.spawn<Target>();
  long sum = 0;
  const auto result = ns_per_operation(asks, [&] {
    for (long i = 0; i < asks; ++i) sum += target.ask<GetValue>().get();
  });
  expect_equal(asks, sum, "the sum of the answers");
  return result;
}

Result ask_waiting_with(const troupe::SystemOptions& options, double scale) {
  troupe::System system(options);
  return ask_from_actor(system, system.spawn<Target>({.inline_asks = false}), scaled(10'000'000, scale));
}

Result ask_busy(double scale) {
  troupe::System system;
  const auto target = system.spawn<Target>();
  std::vector<troupe::Ref<Feeder>> feeders;
  for (long i = 0; i < kFeeders; ++i) {
    feeders.push_back(system.spawn<Feeder>(target));
    feeders.back().tell<Begin>();
  }
  const auto result = ask_from_actor(system, target, scaled(1'000'000, scale));
  for (const auto& feeder : feeders) feeder.tell<Enough>();
  return result;
}

}  // namespace bench

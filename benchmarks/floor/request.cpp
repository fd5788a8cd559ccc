// ask_actor, ask_thread and ask_busy.
#include <latch>
#include <vector>

#include "../harness/check.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "ask.hpp"

namespace bench {
namespace {

using namespace bare;

struct GetValue {};

struct Counter : Object {
  long value = 1;

  void on(Call<GetValue, long>& call) { *call.answer = value; }
};

long ask_repeatedly(Counter& target, long asks) {
  long sum = 0;
  for (long i = 0; i < asks; ++i) sum += ask_idle<long>(target, GetValue{});
  return sum;
}

struct Begin {};

struct Asker : Object {
  Counter* target = nullptr;
  long asks = 0;
  long sum = 0;
  std::latch* done = nullptr;

  void on(const Begin&) {
    sum = ask_repeatedly(*target, asks);
    done->count_down();
  }
};

// The target of ask_busy stands behind the feeders' messages, so an ask and its answer are two queued
// messages.

struct Feeder;
struct QueuedAsker;
struct Noise {
  Feeder* from;
};
struct Credit {};
struct Question {
  QueuedAsker* from;
};
struct Answer {
  long value;
};

struct BusyCounter : Object {
  long value = 1;

  void on(const Noise& noise);
  void on(const Question& question);
};

/// Keeps kFeederWindow messages on their way: each answer to kFeederCredit of them sends as many again.
struct Feeder : Object {
  BusyCounter* target = nullptr;
  long handled = 0;  // by the target, who alone counts here

  void feed(long count) {
    for (long i = 0; i < count; ++i) send(*target, Noise{this});
  }
  void on(const Begin&) { feed(kFeederWindow); }
  void on(const Credit&) { feed(kFeederCredit); }
};

struct QueuedAsker : Object {
  BusyCounter* target = nullptr;
  long asks = 0;
  long sum = 0;
  std::latch* done = nullptr;

  void on(const Begin&) { send(*target, Question{this}); }
  void on(const Answer& answer) {
    sum += answer.value;
    if (--asks == 0) return done->count_down();
    send(*target, Question{this});
  }
};

void BusyCounter::on(const Noise& noise) {
  if (++noise.from->handled % kFeederCredit == 0) send(*noise.from, Credit{});
}

void BusyCounter::on(const Question& question) { send(*question.from, Answer{value}); }

}  // namespace

Result ask_actor(double scale) {
  const long asks = scaled(60'000'000, scale);
  std::latch done(1);
  Counter target;
  Asker asker;
  asker.target = &target;
  asker.asks = asks;
  asker.done = &done;
  Runtime runtime;
  const auto result = ns_per_operation(asks, [&] {
    send(asker, Begin{});
    done.wait();
  });
  expect_equal(asks, asker.sum, "the sum of the answers");
  return result;
}

Result ask_thread(double scale) {
  const long asks = scaled(60'000'000, scale);
  Counter target;
  Runtime runtime;
  long sum = 0;
  const auto result = ns_per_operation(asks, [&] { sum = ask_repeatedly(target, asks); });
  expect_equal(asks, sum, "the sum of the answers");
  return result;
}

Result ask_busy(double scale) {
  const long asks = scaled(2'000'000, scale);
  std::latch done(1);
  BusyCounter target;
  std::vector<Feeder> feeders(kFeeders);
  for (auto& feeder : feeders) feeder.target = &target;
  QueuedAsker asker;
  asker.target = &target;
  asker.asks = asks;
  asker.done = &done;
  Runtime runtime;
  for (auto& feeder : feeders) send(feeder, Begin{});
  const auto result = ns_per_operation(asks, [&] {
    send(asker, Begin{});
    done.wait();
  });
  expect_equal(asks, asker.sum, "the sum of the answers");
  return result;
}

}  // namespace bench

#include "supervision.hpp"
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <latch>
#include <stdexcept>
#include <thread>

#include <troupe/troupe.hpp>

#include "../harness/check.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

troupe::SystemOptions quiet() { return {.log = &troupe::null_log(), .dead_letters_logged_per_second = 0}; }
troupe::SupervisorOptions patient() { return {.intensity = {.restarts = 1'000'000, .within = 1ms}}; }

struct Crash {
  long left;
};
struct Next {};

/// Sends itself the next message and crashes: what lies between two of them is a throw and a restart.
class Phoenix : public troupe::Actor<Phoenix> {
 public:
  explicit Phoenix(std::latch* done) : done_(done) {}
  void on(const Crash& crash) {
    if (crash.left == 0) return done_->count_down();
    self().tell<Crash>(crash.left - 1);
    throw std::runtime_error("crash");
  }

 private:
  std::latch* done_;
};

class Passer;
struct Partner {
  troupe::Ref<Passer> actor;
};
struct Hop {
  long left;
};
class Passer {
 public:
  explicit Passer(std::latch* done) : done_(done) {}
  void on(const Partner& partner) { next_ = partner.actor; }
  void on(Hop hop) {
    if (hop.left == 0) return done_->count_down();
    next_.tell<Hop>(hop.left - 1);
  }

 private:
  std::latch* done_;
  troupe::Ref<Passer> next_;
};

class Crasher {
 public:
  explicit Crasher(std::atomic<long>* crashes) : crashes_(crashes) {}
  void on(Next) {
    crashes_->fetch_add(1, std::memory_order_relaxed);  // read when the actor has ended
    throw std::runtime_error("crash");
  }

 private:
  std::atomic<long>* crashes_;
};

/// Lets an actor crash at a steady rate, until it goes out of scope. What a sleep has lasted too long is made
/// up for, so that the rate holds on a busy machine as well.
std::jthread crash_steadily(troupe::Ref<Crasher> crasher, long per_second) {
  return std::jthread([=](const std::stop_token& stop) {
    const auto pause = std::chrono::nanoseconds(1s) / per_second;
    for (auto next = std::chrono::steady_clock::now(); !stop.stop_requested(); next += pause) {
      std::this_thread::sleep_until(next);
      crasher.tell<Next>();
    }
  });
}

/// A benchmark whose crashes come at another rate than it says measures something else.
void expect_rate(long crashes, double seconds, long per_second) {
  const double wanted = seconds * static_cast<double>(per_second);
  const double off = static_cast<double>(crashes) - wanted;
  expect(std::abs(off) <= 0.1 * wanted + 10, "the actor has crashed at another rate than it should");
}

/// A ping-pong of siblings, while a third one crashes `per_second` times a second.
Result siblings(double scale, long per_second) {
  const long round_trips = scaled(10'000'000, scale);
  std::latch done(1);
  std::atomic<long> crashes{0};
  Result result{};
  {
    troupe::System system(quiet());
    const auto supervisor = system.supervise(patient());
    const auto one = supervisor.spawn<Passer>(&done);
    const auto two = supervisor.spawn<Passer>(&done);
    const auto crasher = supervisor.spawn<Crasher>(&crashes);
    one.tell<Partner>(two);
    two.tell<Partner>(one);
    std::jthread storm;
    if (per_second > 0) storm = crash_steadily(crasher, per_second);
    result = ns_per_operation(round_trips, [&] {
      one.tell<Hop>(2 * round_trips);
      done.wait();
    });
  }
  expect_rate(crashes, result.value * static_cast<double>(round_trips) * 1e-9, per_second);
  return result;
}

struct Idle {};
class Leaf {
 public:
  void on(Idle) {}
};

}  // namespace

Result restart(double scale) {
  const long restarts = scaled(200'000, scale);
  std::latch done(1);
  troupe::System system(quiet());
  const auto phoenix = system.supervise(patient()).spawn<Phoenix>(&done);
  return ns_per_operation(restarts, [&] {
    phoenix.tell<Crash>(restarts);
    done.wait();
  });
}

Result throw_and_catch(double scale) {
  const long throws = scaled(500'000, scale);
  long caught = 0;
  const auto result = ns_per_operation(throws, [&] {
    for (long i = 0; i < throws; ++i) {
      try {
        throw std::runtime_error("crash");
      } catch (...) {
        const std::exception_ptr cause = std::current_exception();
        caught += cause ? 1 : 0;
      }
    }
  });
  expect_equal(throws, caught, "the exceptions");
  return result;
}

Result supervised_ping_pong(double scale) {
  const long round_trips = scaled(20'000'000, scale);
  std::latch done(1);
  troupe::System system(quiet());
  const auto supervisor = system.supervise();
  const auto one = supervisor.spawn<Passer>(&done);
  const auto two = supervisor.spawn<Passer>(&done);
  one.tell<Partner>(two);
  two.tell<Partner>(one);
  return ns_per_operation(round_trips, [&] {
    one.tell<Hop>(2 * round_trips);
    done.wait();
  });
}

Result siblings_under_crashes(double scale) { return siblings(scale, 1'000); }
Result siblings_without_crashes(double scale) { return siblings(scale, 0); }

Result tree_start_stop(double scale) {
  const long children = scaled(100'000, scale);
  troupe::System system(quiet());
  return ns_per_operation(children, [&] {
    const auto supervisor = system.supervise();
    for (long i = 0; i < children; ++i) supervisor.spawn<Leaf>();
    supervisor.stop();
    supervisor.join().get();
  });
}

}  // namespace bench

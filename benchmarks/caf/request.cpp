// ask_actor, ask_thread and ask_busy in CAF: its ask is request(...).then(...), or .receive(...) from a
// thread.
#include <latch>

#include "../harness/check.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "system.hpp"

namespace bench {
namespace {

using get_atom = caf::atom_constant<caf::atom("get")>;
using begin_atom = caf::atom_constant<caf::atom("begin")>;
using noise_atom = caf::atom_constant<caf::atom("noise")>;
using credit_atom = caf::atom_constant<caf::atom("credit")>;

caf::behavior answer_one() {
  return {[](get_atom) { return std::int64_t{1}; }};
}

class Asker : public caf::event_based_actor {
 public:
  Asker(caf::actor_config& config, caf::actor target, long asks, long* sum, std::latch* done)
      : event_based_actor(config), target_(target), asks_(asks), sum_(sum), done_(done) {}

  caf::behavior make_behavior() override {
    return {[this](begin_atom) { ask(); }};
  }

 private:
  void ask() {
    request(target_, caf::infinite, get_atom::value).then([this](std::int64_t value) {
      *sum_ += value;
      if (--asks_ == 0) return done_->count_down();
      ask();
    });
  }

  caf::actor target_;
  long asks_;
  long* sum_;
  std::latch* done_;
};

Result ask_from_actor(caf::actor_system& system, Cast& cast, caf::actor target, long asks) {
  std::latch done(1);
  long sum = 0;
  const auto asker = cast.add(system.spawn<Asker>(target, asks, &sum, &done));
  const auto result = ns_per_operation(asks, [&] {
    caf::anon_send(asker, begin_atom::value);
    done.wait();
  });
  expect_equal(asks, sum, "the sum of the answers");
  return result;
}

class BusyTarget : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {
        [](get_atom) { return std::int64_t{1}; },
        [this](noise_atom, std::int64_t number) {
          if (number % kFeederCredit == 0)
            send(caf::actor_cast<caf::actor>(current_sender()), credit_atom::value);
        },
    };
  }
};

class Feeder : public caf::event_based_actor {
 public:
  Feeder(caf::actor_config& config, caf::actor target) : event_based_actor(config), target_(target) {}

  caf::behavior make_behavior() override {
    return {
        [this](begin_atom) { feed(kFeederWindow); },
        [this](credit_atom) { feed(kFeederCredit); },
    };
  }

 private:
  void feed(long count) {
    for (long i = 0; i < count; ++i) send(target_, noise_atom::value, ++sent_);
  }

  caf::actor target_;
  std::int64_t sent_ = 0;
};

}  // namespace

Result ask_actor(double scale) {
  Config config;
  caf::actor_system system(config);
  Cast cast;
  return ask_from_actor(system, cast, cast.add(system.spawn(answer_one)), scaled(500'000, scale));
}

Result ask_thread(double scale) {
  const long asks = scaled(30'000, scale);
  Config config(
      caf::atom("sharing"));  // eight times faster here than the default, and slower everywhere else
  caf::actor_system system(config);
  Cast cast;
  const auto target = cast.add(system.spawn(answer_one));
  caf::scoped_actor self(system);
  long sum = 0;
  const auto result = ns_per_operation(asks, [&] {
    for (long i = 0; i < asks; ++i) {
      self->request(target, caf::infinite, get_atom::value)
          .receive([&](std::int64_t value) { sum += value; }, [](const caf::error&) {});
    }
  });
  expect_equal(asks, sum, "the sum of the answers");
  return result;
}

Result ask_busy(double scale) {
  Config config;
  caf::actor_system system(config);
  Cast cast;
  const auto target = cast.add(system.spawn<BusyTarget>());
  for (long i = 0; i < kFeeders; ++i) {
    caf::anon_send(cast.add(system.spawn<Feeder>(target)), begin_atom::value);
  }
  return ask_from_actor(system, cast, target, scaled(150'000, scale));
}

}  // namespace bench

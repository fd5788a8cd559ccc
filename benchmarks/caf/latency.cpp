// ping_pong, ring and big in CAF.
#include <atomic>
#include <latch>

#include "../harness/check.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "system.hpp"

namespace bench {
namespace {

using next_atom = caf::atom_constant<caf::atom("next")>;
using hop_atom = caf::atom_constant<caf::atom("hop")>;
using begin_atom = caf::atom_constant<caf::atom("begin")>;
using ping_atom = caf::atom_constant<caf::atom("ping")>;
using pong_atom = caf::atom_constant<caf::atom("pong")>;
using join_atom = caf::atom_constant<caf::atom("join")>;

class Passer : public caf::event_based_actor {
 public:
  Passer(caf::actor_config& config, std::latch* done) : event_based_actor(config), done_(done) {}

  caf::behavior make_behavior() override {
    return {
        [this](next_atom, const caf::actor& next) { next_ = next; },
        [this](hop_atom, std::int64_t left) {
          if (left == 0) return done_->count_down();
          send(next_, hop_atom::value, left - 1);
        },
    };
  }

 private:
  std::latch* done_;
  caf::actor next_;
};

Result pass_around(long actors, std::int64_t hops, long operations) {
  std::latch done(1);
  Config config;
  caf::actor_system system(config);
  Cast cast;
  for (long i = 0; i < actors; ++i) cast.add(system.spawn<Passer>(&done));
  for (std::size_t i = 0; i < cast.all().size(); ++i) {
    caf::anon_send(cast.all()[i], next_atom::value, cast.all()[(i + 1) % cast.all().size()]);
  }
  return ns_per_operation(operations, [&] {
    caf::anon_send(cast.all()[0], hop_atom::value, hops);
    done.wait();
  });
}

class Chatter : public caf::event_based_actor {
 public:
  Chatter(caf::actor_config& config, long rounds, std::atomic<long>* answers, std::latch* done)
      : event_based_actor(config), rounds_(rounds), total_(answers), done_(done) {}

  caf::behavior make_behavior() override {
    return {
        [this](join_atom, const caf::actor& other) { others_.push_back(other); },
        [this](begin_atom) { ping_all(); },
        [](ping_atom) { return pong_atom::value; },  // the result goes to the sender
        [this](pong_atom) { count(); },
    };
  }

 private:
  void ping_all() {
    for (const auto& other : others_) send(other, ping_atom::value);
  }
  void count() {
    if (++answers_ % (kBigActors - 1) != 0) return;
    if (--rounds_ > 0) return ping_all();
    total_->fetch_add(answers_);
    done_->count_down();
  }

  std::vector<caf::actor> others_;
  long rounds_;
  long answers_ = 0;
  std::atomic<long>* total_;
  std::latch* done_;
};

}  // namespace

Result ping_pong(double scale) {
  const long round_trips = scaled(1'000'000, scale);
  return pass_around(2, 2 * round_trips, round_trips);
}

Result ring(double scale) {
  const long hops = scaled(2'000'000, scale);
  return pass_around(kRingSize, hops, hops);
}

Result big(double scale) {
  const long rounds = scaled(100, scale);
  std::atomic<long> answers{0};
  std::latch done(kBigActors);
  Config config;
  caf::actor_system system(config);
  Cast cast;
  for (long i = 0; i < kBigActors; ++i) cast.add(system.spawn<Chatter>(rounds, &answers, &done));
  for (const auto& one : cast.all()) {
    for (const auto& other : cast.all()) {
      if (one != other) caf::anon_send(one, join_atom::value, other);
    }
  }
  const long pings = rounds * kBigActors * (kBigActors - 1);
  const auto result = ns_per_operation(pings, [&] {
    for (const auto& chatter : cast.all()) caf::anon_send(chatter, begin_atom::value);
    done.wait();
  });
  expect_equal(pings, answers, "the number of answered pings");
  return result;
}

}  // namespace bench

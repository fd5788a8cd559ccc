// ping_pong, ring and big: one message at a time from object to object, in warm cache.
#include <latch>
#include <vector>

#include "../harness/check.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "runtime.hpp"

namespace bench {
namespace {

using namespace bare;

struct Hop {
  long left;
};

/// Passes the token to the next: two of these play ping-pong, 503 are a ring.
struct Passer : Object {
  Passer* next = nullptr;
  std::latch* done = nullptr;

  void on(const Hop& hop) {
    if (hop.left == 0) return done->count_down();
    send(*next, Hop{hop.left - 1});
  }
};

Result pass_around(long actors, long hops, long operations) {
  std::vector<Passer> passers(static_cast<std::size_t>(actors));
  std::latch done(1);
  for (std::size_t i = 0; i < passers.size(); ++i) {
    passers[i].next = &passers[(i + 1) % passers.size()];
    passers[i].done = &done;
  }
  Runtime runtime;
  return ns_per_operation(operations, [&] {
    send(passers[0], Hop{hops});
    done.wait();
  });
}

struct Chatter;
struct Begin {};
struct Ping {
  Chatter* from;
};
struct Pong {};

/// Pings all the others, and begins anew when all have answered.
struct Chatter : Object {
  std::vector<Chatter>* all = nullptr;
  std::latch* done = nullptr;
  long rounds = 0;
  long answers = 0;

  void on(const Begin&) {
    for (auto& other : *all) {
      if (&other != this) send(other, Ping{this});
    }
  }
  void on(const Ping& ping) { send(*ping.from, Pong{}); }
  void on(const Pong&) {
    if (++answers % (kBigActors - 1) != 0) return;
    if (--rounds == 0) return done->count_down();
    on(Begin{});
  }
};

}  // namespace

Result ping_pong(double scale) {
  const long round_trips = scaled(20'000'000, scale);
  return pass_around(2, 2 * round_trips, round_trips);
}

Result ring(double scale) {
  const long hops = scaled(40'000'000, scale);
  return pass_around(kRingSize, hops, hops);
}

Result big(double scale) {
  const long rounds = scaled(1'000, scale);
  std::vector<Chatter> chatters(kBigActors);
  std::latch done(kBigActors);
  for (auto& chatter : chatters) {
    chatter.all = &chatters;
    chatter.done = &done;
    chatter.rounds = rounds;
  }
  const long pings = rounds * kBigActors * (kBigActors - 1);
  Runtime runtime;
  const auto result = ns_per_operation(pings, [&] {
    for (auto& chatter : chatters) send(chatter, Begin{});
    done.wait();
  });
  long answers = 0;
  for (const auto& chatter : chatters) answers += chatter.answers;
  expect_equal(pings, answers, "the number of answered pings");
  return result;
}

}  // namespace bench

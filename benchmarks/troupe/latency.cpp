// ping_pong, ring and big in Troupe.
#include <atomic>
#include <latch>
#include <vector>

#include <troupe/troupe.hpp>

#include "../harness/check.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "with_options.hpp"

namespace bench {
namespace {

class Passer;
struct Next {
  troupe::Ref<Passer> actor;
};
struct Hop {
  long left;
};

/// Passes the token to the next: two of these play ping-pong, 503 are a ring.
class Passer {
 public:
  explicit Passer(std::latch* done) : done_(done) {}

  void on(const Next& next) { next_ = next.actor; }
  void on(Hop hop) {
    if (hop.left == 0) return done_->count_down();
    next_.tell<Hop>(hop.left - 1);
  }

 private:
  std::latch* done_;
  troupe::Ref<Passer> next_;
};

Result pass_around(const troupe::SystemOptions& options, long actors, long hops, long operations) {
  std::latch done(1);
  troupe::System system(options);
  std::vector<troupe::Ref<Passer>> passers;
  for (long i = 0; i < actors; ++i) passers.push_back(system.spawn<Passer>(&done));
  for (std::size_t i = 0; i < passers.size(); ++i) {
    passers[i].tell<Next>(passers[(i + 1) % passers.size()]);
  }
  return ns_per_operation(operations, [&] {
    passers[0].tell<Hop>(hops);
    done.wait();
  });
}

class Chatter;
struct Join {
  const std::vector<troupe::Ref<Chatter>>* all;
};
struct Begin {};
struct Ping {
  troupe::Ref<Chatter> from;
};
struct Pong {};

/// Pings all the others, and begins anew when all have answered.
class Chatter : public troupe::Actor<Chatter> {
 public:
  Chatter(long rounds, std::atomic<long>* total, std::latch* done)
      : rounds_(rounds), total_(total), done_(done) {}

  void on(Join join) {
    for (const auto& other : *join.all) {
      if (other != self()) others_.push_back(other);
    }
  }
  void on(Begin) { ping_all(); }
  void on(const Ping& ping) { ping.from.tell<Pong>(); }
  void on(Pong) {
    if (++answers_ % (kBigActors - 1) != 0) return;
    if (--rounds_ > 0) return ping_all();
    total_->fetch_add(answers_);
    done_->count_down();
  }

 private:
  void ping_all() {
    for (const auto& other : others_) other.tell<Ping>(self());
  }

  std::vector<troupe::Ref<Chatter>> others_;
  long rounds_;
  long answers_ = 0;
  std::atomic<long>* total_;
  std::latch* done_;
};

}  // namespace

Result ping_pong_with(const troupe::SystemOptions& options, double scale) {
  const long round_trips = scaled(15'000'000, scale);
  return pass_around(options, 2, 2 * round_trips, round_trips);
}

Result ping_pong(double scale) { return ping_pong_with({}, scale); }

Result ring(double scale) {
  const long hops = scaled(30'000'000, scale);
  return pass_around({}, kRingSize, hops, hops);
}

Result big(double scale) {
  const long rounds = scaled(800, scale);
  std::atomic<long> answers{0};
  std::latch done(kBigActors);
  std::vector<troupe::Ref<Chatter>> chatters;
  troupe::System system;
  for (long i = 0; i < kBigActors; ++i) chatters.push_back(system.spawn<Chatter>(rounds, &answers, &done));
  for (const auto& chatter : chatters) chatter.tell<Join>(&chatters);
  const long pings = rounds * kBigActors * (kBigActors - 1);
  const auto result = ns_per_operation(pings, [&] {
    for (const auto& chatter : chatters) chatter.tell<Begin>();
    done.wait();
  });
  expect_equal(pings, answers, "the number of answered pings");
  return result;
}

}  // namespace bench

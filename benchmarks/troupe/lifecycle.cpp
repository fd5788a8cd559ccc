// skynet and spawn in Troupe.
#include <latch>

#include <troupe/troupe.hpp>

#include "../harness/check.hpp"
#include "../harness/lone_latch.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"

namespace bench {
namespace {

struct Begin {
  long number;
  long leaves;
};
struct Sum {
  long value;
};

/// Stands for `leaves` leaves from `number` on: a leaf reports its number, the others the sum of their
/// children.
class Skynet : public troupe::Actor<Skynet> {
 public:
  explicit Skynet(troupe::Recipient<Sum> parent) : parent_(parent) {}

  void on(Begin begin) {
    if (begin.leaves == 1) return report(begin.number);
    const long share = begin.leaves / kSkynetFanout;
    for (long i = 0; i < kSkynetFanout; ++i) {
      spawn<Skynet>(self()).tell<Begin>(begin.number + i * share, share);
    }
  }
  void on(Sum child) {
    sum_ += child.value;
    if (++answers_ == kSkynetFanout) report(sum_);
  }

 private:
  void report(long value) {
    parent_.tell<Sum>(value);
    self().stop();
  }

  troupe::Recipient<Sum> parent_;
  long sum_ = 0;
  int answers_ = 0;
};

/// What the topmost node reports to.
class Root {
 public:
  Root(long* sum, std::latch* done) : sum_(sum), done_(done) {}

  void on(Sum tree) {
    *sum_ += tree.value;
    done_->count_down();
  }

 private:
  long* sum_;
  std::latch* done_;
};

/// Its destructor counts, because an actor has ended when its object is gone.
class Trivial {
 public:
  explicit Trivial(std::latch* gone) : gone_(gone) {}
  Trivial(const Trivial&) = delete;
  Trivial& operator=(const Trivial&) = delete;
  ~Trivial() { gone_->count_down(); }

  void on(Begin) {}

 private:
  std::latch* gone_;
};

}  // namespace

Result skynet(double scale) {
  const long trees = scaled(5, scale);
  long sum = 0;
  troupe::System system;
  const auto result = ns_per_operation(trees * kSkynetActors, [&] {
    for (long i = 0; i < trees; ++i) {
      std::latch done(1);
      const auto root = system.spawn<Root>(&sum, &done);
      system.spawn<Skynet>(root).tell<Begin>(0L, kSkynetLeaves);
      done.wait();
      root.stop();
    }
  });
  expect_equal(trees * kSkynetSum, sum, "the sum of the leaves");
  return result;
}

Result spawn(double scale) {
  const long waves = scaled(300, scale);
  troupe::System system;
  return ns_per_operation(waves * kSpawnWave, [&] {
    for (long wave = 0; wave < waves; ++wave) {
      LoneLatch gone(kSpawnWave);
      for (long i = 0; i < kSpawnWave; ++i) system.spawn<Trivial>(&gone.latch).stop();
      gone.latch.wait();
    }
  });
}

}  // namespace bench

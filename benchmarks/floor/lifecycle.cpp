// skynet and spawn: objects that come and go. An object and its queue are one block of the pool.
#include <latch>
#include <memory>

#include "../harness/check.hpp"
#include "../harness/lone_latch.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "runtime.hpp"

namespace bench {
namespace {

using namespace bare;

template <class T, class... Args>
T& create(const Args&... args) {
  static_assert(sizeof(T) <= kObjectBytes);
  return *new (ObjectPool::allocate()) T(args...);
}

struct Begin {
  long number;
  long leaves;
};
struct Sum {
  long value;
};

/// What the topmost node reports to.
struct Root {
  long sum = 0;
  std::latch done{1};
} root;

/// Stands for `leaves` leaves from `number` on: a leaf reports its number, the others the sum of their
/// children.
struct Skynet : Object {
  explicit Skynet(Skynet* p) : parent(p) {}

  Skynet* parent;
  long sum = 0;
  int answers = 0;

  Turn on(const Begin& begin) {
    if (begin.leaves == 1) return report(begin.number);
    const long share = begin.leaves / kSkynetFanout;
    for (long i = 0; i < kSkynetFanout; ++i) {
      send(create<Skynet>(this), Begin{begin.number + i * share, share});
    }
    return Turn::kept;
  }

  Turn on(const Sum& child) {
    sum += child.value;
    return ++answers == kSkynetFanout ? report(sum) : Turn::kept;
  }

  Turn report(long value) {
    if (parent != nullptr) {
      send(*parent, Sum{value});
    } else {
      root.sum += value;
      root.done.count_down();
    }
    return Turn::gone;
  }
};

struct Stop {};

struct Trivial : Object {
  explicit Trivial(std::latch* latch) : gone(latch) {}

  std::latch* gone;

  Turn on(const Stop&) {
    gone->count_down();
    return Turn::gone;
  }
};

}  // namespace

Result skynet(double scale) {
  const long trees = scaled(10, scale);
  root.sum = 0;
  Runtime runtime;
  const auto result = ns_per_operation(trees * kSkynetActors, [&] {
    for (long i = 0; i < trees; ++i) {
      std::construct_at(&root.done, 1);
      send(create<Skynet>(nullptr), Begin{0, kSkynetLeaves});
      root.done.wait();
    }
  });
  expect_equal(trees * kSkynetSum, root.sum, "the sum of the leaves");
  return result;
}

Result spawn(double scale) {
  const long waves = scaled(500, scale);
  Runtime runtime;
  return ns_per_operation(waves * kSpawnWave, [&] {
    for (long wave = 0; wave < waves; ++wave) {
      LoneLatch gone(kSpawnWave);
      for (long i = 0; i < kSpawnWave; ++i) send(create<Trivial>(&gone.latch), Stop{});
      gone.latch.wait();
    }
  });
}

}  // namespace bench

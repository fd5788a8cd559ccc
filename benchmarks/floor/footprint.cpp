// bytes_per_actor and idle_cpu: what many objects that do nothing cost.
#include <algorithm>
#include <chrono>
#include <latch>
#include <thread>
#include <vector>

#include "../harness/process.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "runtime.hpp"

namespace bench {
namespace {

using namespace bare;

struct Use {
  std::latch* used;
};

struct Trivial : Object {
  long value = 0;

  void on(const Use& use) {
    ++value;
    use.used->count_down();
  }
};

std::vector<Trivial*> spawn_and_use(long count) {
  std::vector<Trivial*> all;
  all.reserve(static_cast<std::size_t>(count));
  while (static_cast<long>(all.size()) < count) {
    const long wave = std::min(kFootprintWave, count - static_cast<long>(all.size()));
    std::latch used(wave);
    for (long i = 0; i < wave; ++i) {
      all.push_back(new (ObjectPool::allocate()) Trivial);
      send(*all.back(), Use{&used});
    }
    used.wait();
  }
  return all;
}

}  // namespace

Result bytes_per_actor(double scale) {
  const long count = scaled(kFootprintActors, scale);
  Runtime runtime;
  const long before = resident_bytes();
  const auto all = spawn_and_use(count);
  const long handles = static_cast<long>(all.size() * sizeof(Trivial*));
  return {static_cast<double>(resident_bytes() - before - handles) / static_cast<double>(count), "bytes",
          count};
}

Result idle_cpu(double scale) {
  const long count = scaled(kIdleActors, scale);
  Runtime runtime;
  const auto all = spawn_and_use(count);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(100));  // workers look around for a while before they park
  const double before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(kIdleSeconds));
  return {cpu_seconds() - before, "s", count};
}

}  // namespace bench

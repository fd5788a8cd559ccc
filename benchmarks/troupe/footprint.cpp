// bytes_per_actor and idle_cpu in Troupe.
#include <algorithm>
#include <chrono>
#include <latch>
#include <thread>
#include <vector>

#include <troupe/troupe.hpp>

#include "../harness/process.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"

namespace bench {
namespace {

struct Use {
  std::latch* used;
};

class Trivial {
 public:
  void on(Use use) {
    ++value_;
    use.used->count_down();
  }

 private:
  long value_ = 0;
};

std::vector<troupe::Ref<Trivial>> spawn_and_use(troupe::System& system, long count) {
  std::vector<troupe::Ref<Trivial>> all;
  all.reserve(static_cast<std::size_t>(count));
  while (static_cast<long>(all.size()) < count) {
    const long wave = std::min(kFootprintWave, count - static_cast<long>(all.size()));
    std::latch used(wave);
    for (long i = 0; i < wave; ++i) {
      all.push_back(system.spawn<Trivial>());
      all.back().tell<Use>(&used);
    }
    used.wait();
  }
  return all;
}

}  // namespace

Result bytes_per_actor(double scale) {
  const long count = scaled(kFootprintActors, scale);
  troupe::System system;
  const long before = resident_bytes();
  const auto all = spawn_and_use(system, count);
  const long handles = static_cast<long>(all.size() * sizeof(all[0]));
  return {static_cast<double>(resident_bytes() - before - handles) / static_cast<double>(count), "bytes",
          count};
}

Result idle_cpu(double scale) {
  const long count = scaled(kIdleActors, scale);
  troupe::System system;
  const auto all = spawn_and_use(system, count);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(100));  // workers look around for a while before they park
  const double before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(kIdleSeconds));
  return {cpu_seconds() - before, "s", count};
}

}  // namespace bench

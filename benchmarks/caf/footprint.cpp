// bytes_per_actor and idle_cpu in CAF.
#include <algorithm>
#include <chrono>
#include <latch>

#include "../harness/process.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "system.hpp"

namespace bench {
namespace {

using use_atom = caf::atom_constant<caf::atom("use")>;

class Trivial : public caf::event_based_actor {
 public:
  Trivial(caf::actor_config& config, std::latch* const* used) : event_based_actor(config), used_(used) {}

  caf::behavior make_behavior() override {
    return {[this](use_atom) {
      ++value_;
      (*used_)->count_down();
    }};
  }

 private:
  std::latch* const* used_;
  long value_ = 0;
};

std::latch* wave_used = nullptr;

void spawn_and_use(caf::actor_system& system, Cast& cast, long count) {
  for (long done = 0; done < count;) {
    const long wave = std::min(kFootprintWave, count - done);
    std::latch used(wave);
    wave_used = &used;
    for (long i = 0; i < wave; ++i)
      caf::anon_send(cast.add(system.spawn<Trivial>(&wave_used)), use_atom::value);
    used.wait();
    done += wave;
  }
}

}  // namespace

Result bytes_per_actor(double scale) {
  const long count = scaled(kFootprintActors, scale);
  Config config;
  caf::actor_system system(config);
  Cast cast;
  const long before = resident_bytes();
  spawn_and_use(system, cast, count);
  const long handles = count * static_cast<long>(sizeof(caf::actor));
  return {static_cast<double>(resident_bytes() - before - handles) / static_cast<double>(count), "bytes",
          count};
}

Result idle_cpu(double scale) {
  const long count = scaled(kIdleActors, scale);
  Config config;
  caf::actor_system system(config);
  Cast cast;
  spawn_and_use(system, cast, count);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(100));  // workers look around for a while before they sleep
  const double before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(kIdleSeconds));
  return {cpu_seconds() - before, "s", count};
}

}  // namespace bench

// skynet and spawn in CAF.
#include <latch>

#include "../harness/check.hpp"
#include "../harness/lone_latch.hpp"
#include "../harness/shape.hpp"
#include "../harness/workloads.hpp"
#include "system.hpp"

namespace bench {
namespace {

using sum_atom = caf::atom_constant<caf::atom("sum")>;
using stop_atom = caf::atom_constant<caf::atom("stop")>;

/// An actor without a behavior ends when its function returns, which is all that a leaf needs.
caf::behavior skynet_node(caf::event_based_actor* self, caf::actor parent, std::int64_t number,
                          std::int64_t leaves) {
  if (leaves == 1) {
    self->send(parent, sum_atom::value, number);
    return {};
  }
  const std::int64_t share = leaves / kSkynetFanout;
  for (std::int64_t i = 0; i < kSkynetFanout; ++i) {
    self->spawn(skynet_node, caf::actor_cast<caf::actor>(self), number + i * share, share);
  }
  return {[self, parent, sum = std::int64_t{0}, answers = 0](sum_atom, std::int64_t child) mutable {
    sum += child;
    if (++answers < kSkynetFanout) return;
    self->send(parent, sum_atom::value, sum);
    self->quit();
  }};
}

class Trivial : public caf::event_based_actor {
 public:
  Trivial(caf::actor_config& config, std::latch* gone) : event_based_actor(config), gone_(gone) {}
  ~Trivial() override { gone_->count_down(); }

  caf::behavior make_behavior() override {
    return {[this](stop_atom) { quit(); }};
  }

 private:
  std::latch* gone_;
};

}  // namespace

Result skynet(double scale) {
  const long trees = scaled(1, scale);
  Config config;
  caf::actor_system system(config);
  caf::scoped_actor self(system);
  long sum = 0;
  const auto result = ns_per_operation(trees * kSkynetActors, [&] {
    for (long i = 0; i < trees; ++i) {
      system.spawn(skynet_node, caf::actor_cast<caf::actor>(self), std::int64_t{0},
                   std::int64_t{kSkynetLeaves});
      self->receive([&](sum_atom, std::int64_t value) { sum += value; });
    }
  });
  expect_equal(trees * kSkynetSum, sum, "the sum of the leaves");
  return result;
}

Result spawn(double scale) {
  const long waves = scaled(20, scale);
  Config config;
  caf::actor_system system(config);
  return ns_per_operation(waves * kSpawnWave, [&] {
    for (long wave = 0; wave < waves; ++wave) {
      LoneLatch gone(kSpawnWave);
      for (long i = 0; i < kSpawnWave; ++i)
        caf::anon_send(system.spawn<Trivial>(&gone.latch), stop_atom::value);
      gone.latch.wait();
    }
  });
}

}  // namespace bench

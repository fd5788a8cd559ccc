// The Simulation in which the core's own tests run, as they are.
#include <troupe/sim/simulation.hpp>

#include "simulation.hpp"
#include "support.hpp"

namespace {

using troupe::sim::Simulation;

class Simulated final : public troupe_test::Seeded {
 public:
  Simulated(std::uint64_t seed, const troupe::SystemOptions& options)
      : simulation_({.seed = seed,
                     .actors_seed = options.seed,
                     .max_steps = 10'000'000,
                     .ask_deadline = options.ask_deadline,
                     .handlers_may_throw = true,
                     .may_end_waiting = true,
                     .log = options.log,
                     .system = options}) {}
  // The tests look at how a system ends: in order, not by killing all.
  ~Simulated() override { simulation_.impl_().end(false); }

  static std::unique_ptr<troupe_test::Seeded> make(std::uint64_t seed, const troupe::SystemOptions& options) {
    // A thread has one simulation at a time; a test's second world is compared with it.
    if (Simulation::current()) return troupe_test::PlainSeeded::make(seed, options);
    return std::make_unique<Simulated>(seed, options);
  }
  troupe::System& system() override { return simulation_.system(); }
  troupe::DeterministicScheduler& scheduler() override { return *simulation_.impl_().scheduler; }

 private:
  Simulation simulation_;
};

const bool simulates = (troupe_test::make_seeded = &Simulated::make) != nullptr;

TEST(SimulatedCore, SeededWorldsAreSimulations) {
  ASSERT_TRUE(simulates);
  troupe_test::World world(troupe_test::seeded(1));
  ASSERT_NE(Simulation::current(), nullptr);
  world.in_actor([](troupe_test::Inside&) -> troupe::Task<> { co_return; });
  EXPECT_GT(Simulation::current()->steps(), 0u);
  EXPECT_GT(Simulation::current()->history().size(), 0u);
}

}  // namespace

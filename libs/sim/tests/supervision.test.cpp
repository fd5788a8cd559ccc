// Supervision under schedules and crashes drawn from seeds.
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "supervised_tree.hpp"
#include "support.hpp"

namespace {

using namespace sim_test;

TEST(SimulatedSupervision, ATreeLosesAndReordersNothingWhereverItsActorsCrash) {
  const auto result = explore({.name = "supervised-tree",
                               .schedules = 60,
                               .max_steps = 20'000,
                               .handlers_may_throw = true,
                               .faults = {.crash = 0.05, .stall = 0.01, .early_timers = 0.05}},
                              [](Simulation& sim) { run_supervised_tree(sim, 40); });
  EXPECT_TRUE(result.passed()) << result.report();
}

/// Its second start fails.
struct Fragile {
  explicit Fragile(int* starts) {
    if (++*starts == 2) throw std::runtime_error("no database");
  }
  int on(Question) { return 1; }
  void on(const Job&) { throw std::runtime_error("crash"); }
};

TEST(SimulatedSupervision, ARestartThatFailsIsTriedAgainInEverySchedule) {
  const auto result =
      explore({.name = "fragile", .schedules = 500, .handlers_may_throw = true}, [](Simulation& sim) {
        int starts = 0;
        const auto shop = sim.system().supervise({.strategy = troupe::one_for_all});
        const auto one = shop.spawn<Fragile>(&starts);
        int other_starts = 2;
        const auto two = shop.spawn<Fragile>(&other_starts);
        one.tell<Job>(0, 1u);
        sim.run_until_idle();
        sim.check(one.ask<Question>().get() == 1 && two.ask<Question>().get() == 1, "both are up");
        sim.check(starts == 3, "it was started thrice");
      });
  EXPECT_TRUE(result.passed()) << result.report();
}

/// Stops one: by its supervisor's hand, or by itself.
struct Ender {
  troupe::Supervisor shop;
  troupe::Ref<Fragile> child;
  void on(const Question&) const { shop.stop(child); }
  void on(const Job&) const { child.stop(); }
};
TEST(SimulatedSupervision, APermanentChildThatIsStoppedWhileItIsRestartedStartsAgainInEverySchedule) {
  const auto result = explore(
      {.name = "stop-of-a-permanent", .schedules = 500, .handlers_may_throw = true}, [](Simulation& sim) {
        int starts = 2;
        const auto shop = sim.system().supervise({.backoff = {.first = 1s}});
        const auto child = shop.spawn<Fragile>({.restart = troupe::permanent}, &starts);
        child.tell<Job>(0, 1u);
        sim.spawn<Ender>(shop, child).tell<Job>(0, 1u);
        sim.run();
        sim.check(child.ask<Question>().get() == 1, "it is up");
        sim.check(starts == 5, "after a crash and a stop");
      });
  EXPECT_TRUE(result.passed()) << result.report();
}
TEST(SimulatedSupervision, APermanentChildThatIsStoppedByHandWhileItIsRestartedEndsInEverySchedule) {
  const auto result = explore(
      {.name = "end-of-a-permanent", .schedules = 500, .handlers_may_throw = true}, [](Simulation& sim) {
        int starts = 2;
        const auto shop = sim.system().supervise();
        const auto child = shop.spawn<Fragile>({.restart = troupe::permanent}, &starts);
        child.tell<Job>(0, 1u);
        sim.spawn<Ender>(shop, child).tell<Question>();
        sim.run();
        sim.check(!child.alive(), "it has ended");
        sim.check(shop.alive(), "its supervisor lives");
      });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedSupervision, ASupervisorEndsInEveryScheduleWhateverItsChildrenAreAbout) {
  const auto result = explore({.name = "shutdown",
                               .schedules = 500,
                               .handlers_may_throw = true,
                               .faults = {.crash = 0.1, .kill = 0.02}},
                              [](Simulation& sim) {
                                const auto tally = std::make_shared<Tally>();
                                std::vector<troupe::Ref<Worker>> workers;
                                std::vector<troupe::Supervisor> supervisors;
                                build_tree(sim.system(), tally, workers, supervisors);
                                for (std::uint64_t i = 1; i < 20; ++i) {
                                  for (const auto& worker : workers) worker.tell<Job>(0, i);
                                }
                                for (int i = 0; i < 100; ++i) sim.step();
                                for (const auto& supervisor : supervisors) supervisor.stop();
                                for (const auto& supervisor : supervisors) supervisor.join().get();
                                for (const auto& worker : workers)
                                  sim.check(!worker.alive(), "all have ended");
                              });
  EXPECT_TRUE(result.passed()) << result.report();
}

/// Gives orders by hand, to children that are in any state.
class Meddler : public troupe::Actor<Meddler> {
 public:
  Meddler(std::vector<troupe::Ref<Worker>> workers, std::vector<troupe::Supervisor> supervisors)
      : workers_(std::move(workers)), supervisors_(std::move(supervisors)) {}

  void on(const Client::Go& go) {
    const std::size_t index = random() % workers_.size();
    const auto& worker = workers_[index];
    const auto& supervisor = supervisors_[index / workers_per_supervisor];
    switch (random() % 4) {
      case 0:
        supervisor.stop(worker);
        break;
      case 1:
        worker.kill();
        break;
      case 2:
        worker.stop();
        break;
      default:
        supervisor.restart(worker);
    }
    if (go.left > 1) self().tell<Client::Go>(go.left - 1);
  }

 private:
  std::vector<troupe::Ref<Worker>> workers_;
  std::vector<troupe::Supervisor> supervisors_;
};

TEST(SimulatedSupervision, OrdersByHandLeaveNobodyBehindWhateverCrashesMeanwhile) {
  const auto result =
      explore({.name = "by-hand",
               .schedules = 300,
               .handlers_may_throw = true,
               .faults = {.crash = 0.1, .early_timers = 0.1}},
              [](Simulation& sim) {
                const auto tally = std::make_shared<Tally>();
                std::vector<troupe::Ref<Worker>> workers;
                std::vector<troupe::Supervisor> supervisors;
                build_tree(sim.system(), tally, workers, supervisors);
                const auto meddler = sim.spawn<Meddler>(workers, supervisors);
                sim.spare(meddler);
                for (std::uint64_t i = 1; i < 5; ++i) {
                  for (const auto& worker : workers) worker.tell<Job>(0, i);
                }
                meddler.tell<Client::Go>(60);
                sim.run();
                for (const auto& supervisor : supervisors) {
                  sim.check(supervisor.alive(), "the supervisors live");
                  for (const auto& child : supervisor.children())
                    sim.check(child.state == troupe::ActorState::idle,
                              "each child is up: " + to_string(child.state == troupe::ActorState::idle
                                                                   ? troupe::Tree{}
                                                                   : supervisor.children()));
                }
              });
  EXPECT_TRUE(result.passed()) << result.report();
}

}  // namespace

// How many messages a simulation handles per second on one core: prints the figure; fails below a million in
// a release build that runs without sanitizers. A run is a million messages among 50 actors.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim/simulation.hpp>
#include <troupe/troupe.hpp>

namespace {

struct Token {
  int hops;
};
struct Node {
  troupe::Ref<Node> next;
  void on(troupe::Ref<Node> ref) { next = ref; }
  void on(Token token) {
    if (token.hops > 0) next.tell<Token>(token.hops - 1);
  }
};

TEST(MessageRate, ASimulationHandlesAMillionMessagesPerSecond) {
  constexpr std::size_t nodes = 50;
  constexpr std::size_t tokens = 10;
  constexpr int hops = 100'000;
  double best = 0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    troupe::sim::Simulation sim({.seed = seed, .max_steps = 10'000'000});
    std::vector<troupe::Ref<Node>> ring;
    for (std::size_t i = 0; i < nodes; ++i) ring.push_back(sim.spawn<Node>());
    for (std::size_t i = 0; i < nodes; ++i) ring[i].tell(ring[(i + 1) % nodes]);
    for (std::size_t i = 0; i < tokens; ++i) ring[i * nodes / tokens].tell<Token>(hops);
    const auto begin = std::chrono::steady_clock::now();
    sim.run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::max(best, static_cast<double>(sim.steps()) / took.count());
  }
  std::printf("simulated_messages: %.0f per second\n", best);
#if defined(NDEBUG)
  EXPECT_GE(best, 1e6);
#endif
}

}  // namespace

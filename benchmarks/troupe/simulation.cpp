#include "simulation.hpp"
#include <vector>

#include <troupe/sim/simulation.hpp>
#include <troupe/troupe.hpp>

#include "../harness/check.hpp"

namespace bench {
namespace {

constexpr std::size_t kNodes = 50;
constexpr std::size_t kTokens = 10;

struct Token {
  long hops;
};
/// A place in a ring, which counts what it passes on.
struct Node {
  long* passed;
  troupe::Ref<Node> next{};
  void on(troupe::Ref<Node> ref) { next = ref; }
  void on(Token token) {
    ++*passed;
    if (token.hops > 1) next.tell<Token>(token.hops - 1);
  }
};

}  // namespace

/// Ten tokens go around a ring of 50 actors in an order drawn from a seed, and each event is kept.
Result simulated_messages(double scale) {
  const long hops = scaled(100'000, scale);
  const long messages = hops * static_cast<long>(kTokens);
  troupe::sim::Simulation simulation({.seed = 1, .max_steps = static_cast<std::uint64_t>(messages) + kNodes});
  long passed = 0;
  std::vector<troupe::Ref<Node>> ring;
  for (std::size_t i = 0; i < kNodes; ++i) ring.push_back(simulation.spawn<Node>(&passed));
  for (std::size_t i = 0; i < kNodes; ++i) ring[i].tell(ring[(i + 1) % kNodes]);
  simulation.run();
  for (std::size_t i = 0; i < kTokens; ++i) ring[i * kNodes / kTokens].tell<Token>(hops);
  const Result result = ns_per_operation(messages, [&] { simulation.run(); });
  expect_equal(messages, passed, "the number of hops");
  return result;
}

}  // namespace bench

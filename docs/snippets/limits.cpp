// The code of docs/limits.md.
#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <troupe/circuit_breaker.hpp>
#include <troupe/rate_limit.hpp>
#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

struct Charge {
  int cents;
};
struct Receipt {
  int cents;
};
class Payments {
 public:
  Receipt on(Charge charge) const { return {charge.cents}; }
};

void rate_limit(troupe::System& system, troupe::Ref<Payments> payments) {
  auto gate = system.spawn<troupe::RateLimit<troupe::Ref<Payments>>>(
      {.name = "gate"}, payments, troupe::RateLimitOptions{.tokens = 100, .per = 1s, .burst = 1});
  expect(gate.ask<Charge>(250).get().cents == 250);

  auto outcome = gate.try_ask<Charge>(250).get();  // too soon
  if (!outcome) {
    const auto* why = troupe::cause_as<troupe::RateLimited>(outcome.error().cause());
    expect(outcome.error().reason() == troupe::Reason::rate_limited && why->retry_after() == 10ms);
  }
}

/// Admission in a handler of one's own.
class Front : public troupe::Actor<Front> {
 public:
  bool on(Charge) { return bucket_.take(now()).has_value(); }

 private:
  troupe::TokenBucket bucket_{{.tokens = 10, .per = 1s}, now()};
};

struct Buy {
  int cents;
};
class Checkout : public troupe::Actor<Checkout> {
 public:
  Checkout(troupe::Ref<Payments> payments, troupe::CircuitBreaker breaker)
      : payments_(payments), breaker_(std::move(breaker)) {}

  troupe::Task<int> on(Buy buy) {
    const int cents = buy.cents;
    const Receipt receipt = co_await breaker_.ask<Charge>(payments_, cents).within(2s);
    co_return receipt.cents;
  }

 private:
  troupe::Ref<Payments> payments_;
  troupe::CircuitBreaker breaker_;
};

struct Dashboard {
  void on(const troupe::CircuitEvent& event) { last = event.to; }
  troupe::CircuitState on(Buy) const { return last; }
  troupe::CircuitState last = troupe::CircuitState::closed;
};

void circuit_breaker(troupe::System& system, troupe::ManualClock& clock, troupe::Ref<Payments> payments) {
  const troupe::CircuitBreaker breaker(
      system, {.name = "payments", .failures = 3, .open_for = {.first = 500ms, .max = 30s, .factor = 2}});
  auto checkout = system.spawn<Checkout>(payments, breaker);  // a copy shares the circuit
  expect(checkout.ask<Buy>(250).get() == 250);

  auto dashboard = system.spawn<Dashboard>();
  breaker.subscribe(dashboard);
  payments.stop();
  payments.join().get();
  for (int i = 0; i < 3; ++i) {
    if (breaker.try_ask<Charge>(payments, 250).get()) return;
  }
  auto outcome = breaker.try_ask<Charge>(payments, 250).get();  // at once: nothing was sent
  expect(outcome.error().reason() == troupe::Reason::circuit_open);
  expect(dashboard.ask<Buy>(0).get() == troupe::CircuitState::open);
  clock.advance(500ms);
  expect(breaker.state() == troupe::CircuitState::half_open);
}

int main() {
  troupe::ManualClock clock;
  troupe::System system({.log = &troupe::null_log(), .clock = &clock});
  auto payments = system.spawn<Payments>();
  rate_limit(system, payments);
  expect(system.spawn<Front>().ask<Charge>(1).get());
  circuit_breaker(system, clock, payments);
}

// Circuit breakers around asks.
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <troupe/circuit_breaker.hpp>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::AskError;
using troupe::CircuitBreaker;
using troupe::CircuitEvent;
using troupe::CircuitOpen;
using troupe::CircuitOptions;
using troupe::CircuitState;
using troupe::Reason;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;

struct Charge {
  int amount;
};
struct Refund {
  std::string to;
};
struct Heal {
  bool well;
};
struct Park {};
struct Unpark {};
struct Seen {};
struct CountParked {};
struct Go {};

/// Answers while it is well, and refuses while it isn't. What is parked is answered by the next Unpark.
struct Payments {
  bool well = true;
  int asked = 0;
  std::vector<Reply<int>> parked;
  void on(const Charge& charge, Reply<int> reply) {
    ++asked;
    if (well) return reply.answer(charge.amount);
    reply.fail(std::make_exception_ptr(std::runtime_error("no connection")));
  }
  std::string on(const Refund& refund) const { return refund.to; }
  void on(Park, Reply<int> reply) { parked.push_back(std::move(reply)); }
  void on(Unpark) {
    for (auto& reply : parked) reply.answer(0);
    parked.clear();
  }
  void on(Heal heal) { well = heal.well; }
  int on(Seen) const { return asked; }
  std::size_t on(CountParked) const { return parked.size(); }
};

struct Witness {
  std::vector<std::string> seen;
  void on(const CircuitEvent& event) {
    seen.push_back(event.name + ": " + std::string(to_string(event.from)) + " to " +
                   std::string(to_string(event.to)));
    if (event.to == CircuitState::open) seen.back() += " for " + std::to_string(event.open_for / 1ms) + " ms";
  }
  std::vector<std::string> on(Seen) const { return seen; }
};

class CircuitBreakers : public OnEveryScheduler {
 protected:
  CircuitBreaker breaker_with(CircuitOptions options = {}) {
    options.name = "payments";
    return CircuitBreaker(world.system(), options);
  }
  Reason fail_once(const CircuitBreaker& breaker) {
    const auto outcome = breaker.try_ask<Charge>(payments, 1).get();
    return outcome ? Reason::stopped : outcome.error().reason();
  }
  void heal(bool well) { payments.ask<Heal>(well).get(); }
  int asked() { return payments.ask<Seen>().get(); }
  /// An ask through the breaker that misses its deadline.
  void miss_a_deadline(const CircuitBreaker& breaker);
  /// Until so many asks are parked.
  void await_parked(std::size_t count) {
    while (payments.ask<CountParked>().get() != count) {
      if (!world.on_threads()) world.scheduler().run_until_idle();
    }
  }

  World world{GetParam()};
  Ref<Payments> payments = world->spawn<Payments>();
};
INSTANTIATE_TEST_SUITE_P(All, CircuitBreakers, every_scheduler(), run_name);

TEST_P(CircuitBreakers, LetAsksThroughWhileTheyAreClosed) {
  const CircuitBreaker breaker = breaker_with();
  EXPECT_EQ(breaker.ask<Charge>(payments, 5).get(), 5);
  EXPECT_EQ(breaker.ask(payments, Charge{6}).get(), 6);
  EXPECT_EQ(breaker.try_ask(payments, Charge{7}).within(1s).get(), 7);
  EXPECT_EQ(breaker.ask<Refund>(payments, "me").get(), "me");
  const troupe::Recipient<int(Charge)> recipient = payments;
  EXPECT_EQ(breaker.ask<Charge>(recipient, 8).get(), 8);
  EXPECT_EQ(breaker.state(), CircuitState::closed);
}

TEST_P(CircuitBreakers, OpenAfterSoManyFailuresInARowAndFailAtOnceThen) {
  const CircuitBreaker breaker = breaker_with({.failures = 3});
  heal(false);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(fail_once(breaker), Reason::failed);
  heal(true);
  EXPECT_EQ(breaker.ask<Charge>(payments, 1).get(), 1) << "not in a row any more";
  heal(false);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fail_once(breaker), Reason::failed);
  EXPECT_EQ(breaker.state(), CircuitState::open);
  EXPECT_EQ(asked(), 6);
  const auto outcome = breaker.try_ask<Charge>(payments, 1).get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason(), Reason::circuit_open);
  EXPECT_PRED2(contains, outcome.error().what(), "the circuit 'payments' is open");
  EXPECT_PRED2(contains, outcome.error().what(), "no connection");
  const auto* why = troupe::cause_as<CircuitOpen>(outcome.error().cause());
  ASSERT_NE(why, nullptr);
  EXPECT_EQ(why->retry_after(), 1s);
  EXPECT_EQ(asked(), 6) << "nothing was sent";
  EXPECT_PRED2(contains, thrown<AskError>([&] { breaker.ask<Charge>(payments, 1).get(); }), "is open");
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(CircuitBreakers, ProbeAfterTheOpenPeriodAndCloseWhenTheProbeIsAnswered) {
  const CircuitBreaker breaker = breaker_with({.failures = 1, .open_for = {.first = 100ms}});
  heal(false);
  EXPECT_EQ(fail_once(breaker), Reason::failed);
  heal(true);
  world.advance(99ms);
  EXPECT_EQ(breaker.state(), CircuitState::open);
  EXPECT_EQ(fail_once(breaker), Reason::circuit_open);
  world.advance(1ms);
  EXPECT_EQ(breaker.state(), CircuitState::half_open);
  EXPECT_EQ(breaker.ask<Charge>(payments, 1).get(), 1);
  EXPECT_EQ(breaker.state(), CircuitState::closed);
}

TEST_P(CircuitBreakers, StayOpenLongerEachTimeAProbeFailsAndTellTheirSubscribers) {
  const CircuitBreaker breaker = breaker_with({.failures = 2, .open_for = {.first = 100ms, .max = 350ms}});
  const auto witness = world->spawn<Witness>();
  breaker.subscribe(witness);
  heal(false);
  for (int i = 0; i < 2; ++i) fail_once(breaker);
  for (const auto open_for : {100ms, 200ms, 350ms}) {
    world.advance(open_for - 1ms);
    EXPECT_EQ(fail_once(breaker), Reason::circuit_open);
    world.advance(1ms);
    EXPECT_EQ(fail_once(breaker), Reason::failed);
  }
  heal(true);
  world.advance(350ms);
  EXPECT_EQ(breaker.ask<Charge>(payments, 1).get(), 1);
  heal(false);
  for (int i = 0; i < 2; ++i) fail_once(breaker);
  const std::string name = "payments: ";
  EXPECT_EQ(witness.ask<Seen>().get(),
            (std::vector<std::string>{name + "closed to open for 100 ms", name + "open to half-open",
                                      name + "half-open to open for 200 ms", name + "open to half-open",
                                      name + "half-open to open for 350 ms", name + "open to half-open",
                                      name + "half-open to open for 350 ms", name + "open to half-open",
                                      name + "half-open to closed", name + "closed to open for 100 ms"}));
}

/// Asks once, of somebody who parks it, and keeps what became of it.
struct Client final : troupe::Actor<Client> {
  CircuitBreaker breaker;
  Ref<Payments> payments;
  troupe::Duration limit;
  std::string outcome;
  Client(CircuitBreaker with, Ref<Payments> to, troupe::Duration within = troupe::Duration::max())
      : breaker(std::move(with)), payments(to), limit(within) {}
  Task<> on(Go) {
    try {
      const int answer = co_await breaker.ask<Park>(payments).within(limit);
      outcome = std::to_string(answer);
    } catch (const AskError& error) {
      outcome = to_string(error.reason());
    }
  }
  std::string on(Seen) const { return outcome; }
};
void CircuitBreakers::miss_a_deadline(const CircuitBreaker& breaker) {
  const auto client = world->spawn<Client>(breaker, payments, 10ms);
  client.tell<Go>();
  await_parked(1);
  world.advance(10ms);
  EXPECT_EQ(client.ask<Seen>().within(troupe::Duration::max()).get(), "timeout");
}

TEST_P(CircuitBreakers, LetOnlySoManyProbesThroughAtATime) {
  const CircuitBreaker breaker =
      breaker_with({.failures = 1, .open_for = {.first = 10ms}, .probes = 2, .successes = 2});
  heal(false);
  fail_once(breaker);
  heal(true);
  world.advance(10ms);
  const auto one = world->spawn<Client>(breaker, payments);
  const auto two = world->spawn<Client>(breaker, payments);
  one.tell<Go>();
  two.tell<Go>();
  await_parked(2);
  const auto third = breaker.try_ask<Charge>(payments, 1).get();
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().reason(), Reason::circuit_open);
  EXPECT_EQ(troupe::cause_as<CircuitOpen>(third.error().cause())->retry_after(), 0s);
  payments.ask<Unpark>().get();
  EXPECT_EQ(one.ask<Seen>().get(), "0");
  EXPECT_EQ(two.ask<Seen>().get(), "0");
  EXPECT_EQ(breaker.state(), CircuitState::closed) << "after two answers";
}

TEST_P(CircuitBreakers, AProbeThatNobodyWaitsForAnyMoreMakesRoomForAnother) {
  const CircuitBreaker breaker = breaker_with({.failures = 1, .open_for = {.first = 10ms}});
  heal(false);
  fail_once(breaker);
  heal(true);
  world.advance(10ms);
  const auto client = world->spawn<Client>(breaker, payments);
  client.tell<Go>();
  await_parked(1);
  EXPECT_EQ(fail_once(breaker), Reason::circuit_open);
  client.kill();
  client.join().get();
  EXPECT_EQ(breaker.ask<Charge>(payments, 1).get(), 1);
  EXPECT_EQ(breaker.state(), CircuitState::closed);
}

TEST_P(CircuitBreakers, CountTimeoutsAndActorsThatHaveEnded) {
  const CircuitBreaker breaker = breaker_with({.failures = 2});
  miss_a_deadline(breaker);
  payments.stop();
  payments.join().get();
  EXPECT_EQ(breaker.try_ask<Charge>(payments, 1).get().error().reason(), Reason::stopped);
  EXPECT_EQ(breaker.state(), CircuitState::open);
}

TEST_P(CircuitBreakers, CountWhatTheirOptionsSay) {
  const CircuitBreaker breaker = breaker_with(
      {.failures = 1, .counts = [](const AskError& error) { return error.reason() == Reason::timeout; }});
  heal(false);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fail_once(breaker), Reason::failed);
  EXPECT_EQ(breaker.state(), CircuitState::closed);
  miss_a_deadline(breaker);
  EXPECT_EQ(breaker.state(), CircuitState::open);
}

TEST_P(CircuitBreakers, AnOutcomeOfAnEarlierTimeDoesntCount) {
  const CircuitBreaker breaker = breaker_with({.failures = 1, .open_for = {.first = 10ms}});
  const auto early = world->spawn<Client>(breaker, payments);
  early.tell<Go>();
  await_parked(1);
  heal(false);
  fail_once(breaker);
  world.advance(10ms);
  payments.ask<Unpark>().get();
  EXPECT_EQ(early.ask<Seen>().get(), "0") << "it was answered";
  EXPECT_EQ(breaker.state(), CircuitState::half_open) << "but it was no probe";
  EXPECT_EQ(fail_once(breaker), Reason::failed);
  EXPECT_EQ(breaker.state(), CircuitState::open);
}

TEST_P(CircuitBreakers, AreSharedByTheirCopies) {
  const CircuitBreaker breaker = breaker_with({.failures = 2});
  std::optional<CircuitBreaker> copy(breaker);
  heal(false);
  fail_once(breaker);
  fail_once(*copy);
  copy.reset();
  CircuitBreaker other = breaker_with();
  EXPECT_EQ(other.state(), CircuitState::closed);
  other = breaker;
  EXPECT_EQ(other.state(), CircuitState::open);
}

TEST_P(CircuitBreakers, FailAHandlersAskAtOnce) {
  const CircuitBreaker breaker = breaker_with({.failures = 1});
  heal(false);
  world.in_actor([&](Inside&) -> Task<> {
    auto first = co_await breaker.try_ask<Charge>(payments, 1);
    EXPECT_FALSE(first);
    auto second = co_await breaker.try_ask<Charge>(payments, 1);
    EXPECT_EQ(second.error().reason(), Reason::circuit_open);
    std::string what;
    try {
      co_await breaker.ask<Charge>(payments, 1);
    } catch (const AskError& error) {
      what = error.what();
    }
    EXPECT_PRED2(contains, what, "is open");
  });
}

TEST_P(CircuitBreakers, RefuseOptionsWithWhichTheyNeverChange) {
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { breaker_with({.failures = 0}); }), "never change");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { breaker_with({.probes = 0}); }), "never change");
}

}  // namespace

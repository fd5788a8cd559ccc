// Pools, topics, rate limits and circuit breakers under schedules and crashes drawn from seeds: what is sent
// arrives, or is accounted for.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <troupe/circuit_breaker.hpp>
#include <troupe/rate_limit.hpp>
#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;
using troupe::Task;
using troupe::Undelivered;

constexpr troupe::Intensity patient{.restarts = 1'000'000, .within = 1s};

struct Job {
  int client;
  int number;
};
struct Question {
  int client;
  int number;
};
struct Go {
  int left;
};

/// What outlives the objects.
struct Tally {
  std::map<std::pair<int, int>, int> handled;  ///< by client and number: how often
  std::map<std::pair<std::string, int>, int> last;
  int told = 0;
  int asked = 0;
  int answered = 0;
  int refused = 0;
  bool reordered = false;  ///< a worker was sent a client's messages in another order
  std::string fault;

  int times() const {
    int sum = 0;
    for (const auto& [job, count] : handled) sum += count;
    return sum;
  }
};

class Worker : public troupe::Actor<Worker> {
 public:
  explicit Worker(std::shared_ptr<Tally> tally) : tally_(std::move(tally)) {}
  void on(const Job& job) { note(job.client, job.number); }
  int on(const Question& question) {
    note(question.client, question.number);
    return question.number;
  }

 private:
  void note(int client, int number) {
    ++tally_->handled[{client, number}];
    auto& last = tally_->last[{path(), client}];
    if (number <= last) tally_->reordered = true;
    last = number;
  }
  std::shared_ptr<Tally> tally_;
};

/// Tells and asks by turns, through whatever leads to workers.
class Client : public troupe::Actor<Client> {
 public:
  using To = troupe::Recipient<Job, int(Question)>;
  Client(std::shared_ptr<Tally> tally, int own_number, To to)
      : tally_(std::move(tally)), number_(own_number), to_(to) {}

  Task<> on(const Go& go) {
    const int left = go.left;
    if (left % 3 == 0) {
      ++tally_->asked;
      const auto answer = co_await to_.try_ask<Question>(number_, ++sent_).within(troupe::Duration::max());
      ++tally_->answered;
      if (answer ? *answer != sent_ : !is_expected(answer.error().reason()))
        tally_->fault = "an ask was answered with another's answer, or failed for an unknown reason";
      if (!answer) ++tally_->refused;
    } else {
      ++tally_->told;
      to_.tell<Job>(number_, ++sent_);
    }
    if (left > 1) self().tell<Go>(left - 1);
  }

 private:
  static bool is_expected(troupe::Reason reason) {
    return reason == troupe::Reason::failed || reason == troupe::Reason::killed ||
           reason == troupe::Reason::stopped || reason == troupe::Reason::rate_limited;
  }
  std::shared_ptr<Tally> tally_;
  int number_;
  To to_;
  int sent_ = 0;
};

constexpr int clients = 3;

void start_clients(Simulation& sim, const std::shared_ptr<Tally>& tally, const Client::To& to, int messages) {
  for (int i = 0; i < clients; ++i) {
    const auto client = sim.spawn<Client>(tally, i, to);
    sim.spare(client);
    client.tell<Go>(messages);
  }
}
void check_asks(Simulation& sim, const Tally& tally) {
  sim.check(tally.fault.empty(), tally.fault.empty() ? "in order" : tally.fault);
  sim.check(tally.asked == tally.answered, "each ask has its outcome");
}

struct Resizer : troupe::Actor<Resizer> {
  std::function<void(std::size_t)> resize;
  explicit Resizer(std::function<void(std::size_t)> how) : resize(std::move(how)) {}
  void on(const Go& go) {
    resize(1 + random() % 5);
    if (go.left > 1) self().tell<Go>(go.left - 1);
  }
};
template <class P>
void start_resizer(Simulation& sim, const Ref<P>& pool) {
  const auto resizer = sim.spawn<Resizer>([pool](std::size_t size) { troupe::resize(pool, size); });
  sim.spare(resizer);
  resizer.template tell<Go>(6);
}

TEST(SimulatedRouting, APoolLosesNothingButWhatWasInHandWhereverItsWorkersCrashAndHoweverItIsResized) {
  const auto result =
      explore({.name = "pool",
               .schedules = 300,
               .handlers_may_throw = true,
               .faults = {.crash = 0.05, .stall = 0.01}},
              [](Simulation& sim) {
                const auto tally = std::make_shared<Tally>();
                const auto pool = sim.spawn<troupe::Pool<Worker, troupe::LeastLoaded>>(
                    {.name = "pool"}, troupe::PoolOptions{.size = 3, .intensity = patient}, tally);
                sim.spare(pool);
                start_clients(sim, tally, pool, 30);
                start_resizer(sim, pool);
                sim.run();
                check_asks(sim, *tally);
                sim.check(!tally->reordered, "in order");
                const auto dead = static_cast<int>(sim.system().dead_letters().total());
                sim.check(tally->told + tally->asked == tally->times() + dead,
                          "what was not handled is a dead letter, and nothing is both");
                sim.check(static_cast<int>(sim.system().dead_letters()[Undelivered::failed]) == dead,
                          "for no other reason than a crash");
              });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedRouting, AWorkPoolDoesEachJobOnceWhereverItsWorkersCrashAndHoweverItIsResized) {
  const auto result = explore(
      {.name = "work-pool",
       .schedules = 300,
       .handlers_may_throw = true,
       .faults = {.crash = 0.05, .kill = 0.01, .stall = 0.01, .cease_after_steps = 2000}},
      [](Simulation& sim) {
        const auto tally = std::make_shared<Tally>();
        const auto pool = sim.spawn<troupe::WorkPool<Worker>>(
            {.name = "pool"}, troupe::PoolOptions{.size = 3, .intensity = patient, .attempts = 3}, tally);
        sim.spare(pool);
        start_clients(sim, tally, pool, 20);
        start_resizer(sim, pool);
        sim.run();
        tally->fault.clear();  // what is done again is done later: the order is not a pool's of this kind
        check_asks(sim, *tally);
        const auto given_up = static_cast<int>(sim.system().quarantined().size());
        sim.check(tally->told + tally->asked == tally->times() + given_up,
                  "each job is done once, or in quarantine");
        sim.check(pool.template ask<troupe::Workers>().get().size() >= 1, "it goes on");
      });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedRouting, AWorkPoolThatIsRestartedItselfKeepsTheJobsThatWait) {
  const auto result = explore(
      {.name = "work-pool-restart", .schedules = 300, .handlers_may_throw = true, .faults = {.crash = 0.05}},
      [](Simulation& sim) {
        const auto tally = std::make_shared<Tally>();
        const auto shop = sim.system().supervise({.intensity = patient});
        const auto pool = shop.spawn<troupe::WorkPool<Worker>>(
            troupe::PoolOptions{.size = 2, .intensity = {.restarts = 2, .within = 1h}, .attempts = 2}, tally);
        start_clients(sim, tally, pool, 20);
        sim.run();
        sim.cease_faults();
        check_asks(sim, *tally);
        const auto letters = sim.system().dead_letters();
        const auto given_up = static_cast<int>(sim.system().quarantined().size());
        sim.check(tally->told + tally->asked <= tally->times() + given_up + static_cast<int>(letters.total()),
                  "what was neither done nor given up is a dead letter");
        for (const auto& [job, times] : tally->handled) sim.check(times == 1, "no job is done twice");
        sim.check(pool.ask<Question>(99, 1).within(troupe::Duration::max()).get() == 1, "it goes on");
      });
  EXPECT_TRUE(result.passed()) << result.report();
}

struct Price {
  int publisher;
  int number;
};
struct Publisher : troupe::Actor<Publisher> {
  Ref<troupe::Topic<Price>> topic;
  int number;
  int sent = 0;
  Publisher(Ref<troupe::Topic<Price>> to, int own_number) : topic(to), number(own_number) {}
  void on(const Go& go) {
    topic.tell<Price>(number, ++sent);
    if (go.left > 1) self().tell<Go>(go.left - 1);
  }
};
/// Sees no gap but at its own crashes, of which it knows nothing.
struct Listener : troupe::Actor<Listener> {
  std::shared_ptr<Tally> tally;
  bool may_crash;
  std::map<int, int> seen;
  Listener(std::shared_ptr<Tally> with, bool crashes) : tally(std::move(with)), may_crash(crashes) {}
  void on(const Price& price) {
    auto& last = seen[price.publisher];
    if (price.number <= last) tally->fault = "a subscriber saw a publisher's messages in another order";
    if (!may_crash && last != 0 && price.number != last + 1) tally->fault = "a subscriber missed a message";
    last = price.number;
  }
  std::map<int, int> on(const Go&) const { return seen; }
};
TEST(SimulatedRouting, ATopicReachesAllSubscribersInOrderWhoeverElseEnds) {
  const auto result =
      explore({.name = "topic",
               .schedules = 300,
               .handlers_may_throw = true,
               .faults = {.crash = 0.03, .kill = 0.03}},
              [](Simulation& sim) {
                const auto tally = std::make_shared<Tally>();
                const auto topic = sim.spawn<troupe::Topic<Price>>(troupe::TopicOptions{.keep_last = true});
                sim.spare(topic);
                std::vector<Ref<Listener>> spared;
                for (int i = 0; i < 6; ++i) {
                  const auto listener = sim.spawn<Listener>(tally, i % 2 == 1);
                  if (i % 2 == 0) {
                    sim.spare(listener);
                    spared.push_back(listener);
                  }
                  topic.tell<troupe::Subscribe<Price>>(listener);
                }
                for (int i = 0; i < 2; ++i) {
                  const auto publisher = sim.spawn<Publisher>(topic, i);
                  sim.spare(publisher);
                  publisher.tell<Go>(20);
                }
                sim.run();
                sim.check(tally->fault.empty(), tally->fault.empty() ? "in order" : tally->fault);
                for (const auto& listener : spared)
                  sim.check(listener.ask<Go>(0).get() == std::map<int, int>{{0, 20}, {1, 20}}, "to the last");
                std::size_t alive = 0;
                for (const auto& info : sim.system().tree())
                  alive += info.actor.ends_with("Listener") ? 1 : 0;
                sim.check(topic.ask<troupe::CountSubscribers>().get() == alive, "who has ended is out");
              });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedRouting, ARateLimitNeverLetsTooManyThroughAndAccountsForAll) {
  const auto result = explore(
      {.name = "rate-limit",
       .schedules = 300,
       .handlers_may_throw = true,
       .faults = {.crash = 0.03, .stall = 0.02, .early_timers = 0.05}},
      [](Simulation& sim) {
        const auto tally = std::make_shared<Tally>();
        const auto shop = sim.system().supervise({.intensity = patient});
        const auto worker = shop.spawn<Worker>(tally);
        const auto gate = sim.spawn<troupe::RateLimit<Ref<Worker>>>(
            worker, troupe::RateLimitOptions{.tokens = 10, .per = 1s, .burst = 4, .queue = 5});
        sim.spare(gate);
        const auto begin = sim.now();
        sim.always("no more than the burst and what has come since", [tally, &sim, begin] {
          const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(sim.now() - begin);
          return tally->times() <= 4 + static_cast<int>(since.count() / 100);
        });
        start_clients(sim, tally, gate, 20);
        sim.run();
        check_asks(sim, *tally);
        sim.check(!tally->reordered, "in order, whether they have waited or not");
        const auto letters = sim.system().dead_letters();
        const auto crashed = static_cast<int>(letters[Undelivered::failed]);
        const auto limited = static_cast<int>(letters[Undelivered::rate_limited]);
        sim.check(static_cast<int>(letters.total()) == crashed + limited, "for these two reasons alone");
        // An ask that is refused is no dead letter; one that crashed its worker is both.
        sim.check(tally->told + tally->asked <= tally->times() + crashed + limited + tally->refused &&
                      tally->told <= tally->times() + crashed + limited,
                  "what was not handled is accounted for");
      });
  EXPECT_TRUE(result.passed()) << result.report();
}

/// Goes to pieces as it likes, and asks through a breaker.
struct Caller : troupe::Actor<Caller> {
  std::shared_ptr<Tally> tally;
  troupe::CircuitBreaker breaker;
  Ref<Worker> to;
  int number;
  int sent = 0;
  Caller(std::shared_ptr<Tally> with, troupe::CircuitBreaker through, Ref<Worker> worker, int own_number)
      : tally(std::move(with)), breaker(std::move(through)), to(worker), number(own_number) {}
  Task<> on(const Go& go) {
    const int left = go.left;
    ++tally->asked;
    const auto answer =
        co_await breaker.try_ask<Question>(to, number, ++sent).within(troupe::Duration::max());
    ++tally->answered;
    if (!answer && answer.error().reason() == troupe::Reason::circuit_open) ++tally->refused;
    if (left > 1) after(10ms, Go{left - 1});
  }
};
struct Witness {
  std::shared_ptr<Tally> tally;
  troupe::CircuitState state = troupe::CircuitState::closed;
  void on(const troupe::CircuitEvent& event) {
    using troupe::CircuitState;
    const bool follows = event.from == CircuitState::closed ? event.to == CircuitState::open
                         : event.from == CircuitState::open ? event.to == CircuitState::half_open
                                                            : event.to != CircuitState::half_open;
    if (event.from != state || !follows)
      tally->fault = "the circuit went from one state to another that can't follow";
    state = event.to;
  }
};
TEST(SimulatedRouting, ACircuitBreakerRecoversWheneverWhatItProtectsDoes) {
  const auto result = explore(
      {.name = "circuit-breaker",
       .schedules = 300,
       .handlers_may_throw = true,
       .faults = {.crash = 0.3, .kill = 0.01, .stall = 0.02, .early_timers = 0.05, .cease_after_steps = 150}},
      [](Simulation& sim) {
        const auto tally = std::make_shared<Tally>();
        const auto shop = sim.system().supervise({.intensity = patient});
        const auto worker = shop.spawn<Worker>({.restart = troupe::permanent}, tally);
        const troupe::CircuitBreaker breaker(
            sim.system(), {.failures = 2, .open_for = {.first = 20ms, .max = 50ms}, .successes = 2});
        const auto witness = sim.spawn<Witness>(tally);
        sim.spare(witness);
        breaker.subscribe(witness);
        for (int i = 0; i < clients; ++i) {
          const auto caller = sim.spawn<Caller>(tally, breaker, worker, i);
          if (i > 0) sim.spare(caller);  // the first may end with a probe in its hands
          caller.tell<Go>(30);
        }
        sim.run();
        sim.cease_faults();
        sim.check(tally->fault.empty(), tally->fault.empty() ? "one state after the other" : tally->fault);
        sim.advance(1s);
        for (int i = 1; i <= 4; ++i) {
          const auto answer = breaker.try_ask<Question>(worker, 99, i).within(troupe::Duration::max()).get();
          sim.check(answer.has_value(), "nothing stays refused for ever");
        }
        sim.check(breaker.state() == troupe::CircuitState::closed, "it closes");
      });
  EXPECT_TRUE(result.passed()) << result.report();
}

}  // namespace

// What eight threads have run is run again in a simulation: each actor handles the same in the same order.
#include <array>
#include <cstring>
#include <thread>

#include <troupe/detail/tracing.hpp>
#include <troupe/observe/recorder.hpp>
#include <troupe/sim/replay.hpp>

#include "replay_support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;
using troupe::Task;
using troupe::observe::Recorder;
using troupe::observe::Recording;

struct Check {
  int number;
};
struct Take {
  int number;
};

struct Auditor {
  Log* log;
  bool on(Check check) {
    log->push_back(check.number);
    return check.number % 7 != 0;
  }
};
/// Lets other turns in while the auditor thinks.
struct Account {
  static constexpr troupe::Turns turns = troupe::reentrant;
  Log* log;
  Ref<Auditor> auditor;
  Ref<Journal> journal;
  Task<int> on(Take take) {
    log->push_back(take.number);
    const bool fine = co_await auditor.ask<Check>(take.number);
    log->push_back(fine ? -take.number : 0);
    journal.tell<Note>(take.number);
    co_return fine ? 1 : 0;
  }
};
/// Takes one order after the other, and some again later.
struct Customer final : troupe::Actor<Customer> {
  Customer(Log* to, std::vector<Ref<Account>> refs, Ref<Journal> ref)
      : log(to), accounts(std::move(refs)), journal(ref) {}
  Task<void> on(Order order) {
    log->push_back(order.number);
    const auto which = static_cast<std::size_t>(order.number) % accounts.size();
    const int first = co_await accounts[which].ask<Take>(order.number);
    log->push_back(first);
    const int second = co_await accounts[(which + 1) % accounts.size()].ask<Take>(order.number + 1000);
    log->push_back(second);
    if (order.number % 5 == 0) self().tell<Again>(order.number);
    if (order.number % 11 == 0) after(1ms, Again{order.number + 1});
  }
  void on(Again again) {
    log->push_back(again.number);
    journal.tell<Note>(-again.number);
  }
  Log* log;
  std::vector<Ref<Account>> accounts;
  Ref<Journal> journal;
};

constexpr std::size_t accounts = 3;
constexpr std::size_t customers = 4;
/// Of the auditor, the journal, the accounts, the customers.
using Logs = std::array<Log, 2 + accounts + customers>;

/// The same in production and in a simulation.
std::vector<Ref<Customer>> open_bank(troupe::System& system, Logs& logs) {
  const auto auditor = system.spawn<Auditor>({.name = "auditor"}, &logs[0]);
  const auto journal = system.spawn<Journal>({.name = "journal"}, &logs[1]);
  std::vector<Ref<Account>> all;
  for (std::size_t i = 0; i < accounts; ++i)
    all.push_back(system.spawn<Account>(&logs[2 + i], auditor, journal));
  std::vector<Ref<Customer>> result;
  for (std::size_t i = 0; i < customers; ++i) {
    result.push_back(system.spawn<Customer>(&logs[2 + accounts + i], all, journal));
  }
  return result;
}

/// Eight threads run it, and four tell it what to do.
std::vector<std::byte> record(Logs& logs) {
  std::vector<std::byte> file;
  Recorder recorder({.write = [&](std::span<const std::byte> piece) {
    file.insert(file.end(), piece.begin(), piece.end());
  }});
  recorder.switch_on();
  EXPECT_TRUE(troupe::detail::tagging());
  {
    troupe::System system({.workers = 8, .log = &troupe::null_log(), .tracer = &recorder});
    const auto all = open_bank(system, logs);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 15; ++i) {
          const int number = t * 100 + i;
          recorder.came_in(std::as_bytes(std::span(&number, 1)));
          all[static_cast<std::size_t>(t + i) % all.size()].tell<Order>(number);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(system.shutdown().clean());
  }
  recorder.finish();
  return file;
}

Inputs orders() {
  Inputs inputs;
  inputs.add<Customer, Order>([](Inputs::Payload payload) {
    Order order{};
    std::memcpy(&order.number, payload.data(), sizeof order.number);
    return order;
  });
  return inputs;
}

TEST(Replays, GiveTheOrderOfEachActorOfEightThreads) {
  const Inputs inputs = orders();
  for (std::uint64_t round = 0; round < 100; ++round) {
    Logs recorded;
    const auto recording = Recording::read(record(recorded));
    ASSERT_TRUE(recording.has_value());
    Logs replayed;
    Simulation sim({.seed = round});
    open_bank(sim.system(), replayed);
    const Replayed result = replay(sim, *recording, inputs);
    ASSERT_TRUE(result.succeeded()) << round << ": " << result.difference;
    EXPECT_GT(result.deliveries, 100u);
    ASSERT_EQ(replayed, recorded) << round;
  }
}

}  // namespace

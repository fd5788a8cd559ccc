// What the examples claim holds in every order: their actors, unmodified, in the simulator. Their headers
// come first, so that an example in a namespace of its own includes nothing more.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <expected>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim/sim.hpp>
#include <troupe/troupe.hpp>

// Their main functions aren't called: they start threads, which a simulation has none of. Only a function
// that is really main may do without a return.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
#define main main_of_the_example
namespace counter {
#include "../../examples/01-counter.cpp"
}
namespace key_value {
#include "../../examples/02-key-value.cpp"
}
namespace request_reply {
#include "../../examples/03-request-reply.cpp"
}
namespace workers {
#include "../../examples/04-workers-and-logger.cpp"
}
namespace order {
#include "../../examples/05-order.cpp"
}
#undef main
#pragma GCC diagnostic pop

namespace {

using namespace std::chrono_literals;
using troupe::Ref;
using troupe::Task;
using troupe::sim::Simulation;

struct Go {};

troupe::sim::ExploreOptions options(std::string_view name, std::uint64_t schedules = 100'000) {
  return {.name = name, .schedules = schedules, .directory = {}};
}

void expect_all(std::string_view name, const troupe::sim::Scenario& scenario) {
  const auto result = troupe::sim::exhaust(options(name), scenario);
  EXPECT_TRUE(result.passed()) << result.report();
  EXPECT_TRUE(result.complete);
}

struct Incrementer {
  Ref<counter::Counter> to;
  void on(Go) {
    to.tell<counter::Increment>(2);
    to.tell<counter::Decrement>(1);
  }
};

TEST(Examples, TheCounterLosesNoUpdate) {
  expect_all("counter", [](Simulation& sim) {
    const auto counter = sim.spawn<counter::Counter>();
    for (int i = 0; i < 3; ++i) sim.spawn<Incrementer>(counter).tell<Go>();
    sim.run();
    sim.check(counter.ask<counter::GetValue>().get() == 3, "each increment and decrement counts");
  });
}

// Shared by those who write it: a run that is cut short ends its actors when the scenario is gone.
using Lines = std::shared_ptr<std::vector<std::string>>;

struct Writer {
  Ref<key_value::Store> store;
  std::string value;
  Lines read;
  Task<void> on(Go) {
    store.tell<key_value::Set>("key", value);
    auto found = co_await store.ask<key_value::Get>("key");
    read->push_back(found ? *found : "nothing");
    const bool was_there = co_await store.ask<key_value::Delete>("key");
    if (was_there) read->push_back("deleted");
  }
};

TEST(Examples, TheStoreDeletesAKeyOnceForEachTimeItIsSet) {
  expect_all("key-value", [](Simulation& sim) {
    const auto read = std::make_shared<std::vector<std::string>>();
    const auto store = sim.spawn<key_value::Store>();
    sim.spawn<Writer>(store, "red", read).tell<Go>();
    sim.spawn<Writer>(store, "blue", read).tell<Go>();
    sim.run();
    const auto deleted = std::count(read->begin(), read->end(), "deleted");
    sim.check(deleted == 1 || deleted == 2, "a key that was set is there to be deleted");
    sim.check(store.ask<key_value::Dump>().get().empty(), "and is gone afterwards");
  });
}

struct Adding {
  Ref<request_reply::Adder> adder;
  int* right;
  Task<void> on(Go) {
    const request_reply::Numbers numbers{1, 2, 3};
    const long returned = co_await adder.ask<request_reply::Sum>(numbers);
    const long by_reply = co_await adder.ask<request_reply::SumByReply>(numbers);
    auto never = co_await adder.try_ask<request_reply::SumNever>(numbers).within(20ms);
    const bool missed = !never && never.error().reason() == troupe::Reason::timeout;
    if (returned == 6 && by_reply == 6 && missed) ++*right;
  }
};

// A deadline of 20 ms passes in no time. Who asks second throws the first one's Reply away: it gets no
// timeout.
TEST(Examples, TheAdderAnswersInEachOfItsWays) {
  const auto result = troupe::sim::explore(options("request-reply", 200), [](Simulation& sim) {
    int right = 0;
    const auto adder = sim.spawn<request_reply::Adder>();
    sim.spawn<Adding>(adder, &right).tell<Go>();
    sim.run();
    sim.check(right == 1, "two sums, and a deadline that is missed");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(Examples, TheLoggerLosesNoLine) {
  const auto result = troupe::sim::explore(options("workers", 50), [](Simulation& sim) {
    const auto logger = sim.spawn<workers::Logger>({.name = "logger"});
    std::vector<Ref<workers::Worker>> all;
    for (int i = 0; i < 3; ++i) all.push_back(sim.spawn<workers::Worker>(logger));
    for (int number = 1; number <= 6; ++number) all[static_cast<std::size_t>(number) % 3].tell(number);
    for (int steps = 0; steps < 4; ++steps) sim.step();
    sim.check(sim.system().shutdown().clean(), "all stop");
    sim.check(sim.system().dead_letters().total() == 0,
              "whoever is told to stop has handled what came before");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

struct Shopper {
  Ref<order::Checkout> checkout;
  std::string item;
  Lines said;
  Task<void> on(Go) {
    std::string answer = co_await checkout.ask<order::PlaceOrder>(item);
    said->push_back(answer);
  }
};
struct Closer {
  Ref<order::Payments> payments;
  void on(Go) { payments.stop(); }
};

TEST(Examples, TheCheckoutTellsEachShopperHowItWent) {
  expect_all("order", [](Simulation& sim) {
    const auto said = std::make_shared<std::vector<std::string>>();
    const auto payments = sim.spawn<order::Payments>();
    const auto checkout =
        sim.spawn<order::Checkout>(sim.spawn<order::Stock>(), sim.spawn<order::Prices>(), payments);
    for (const char* item : {"flute", "piano"}) sim.spawn<Shopper>(checkout, item, said).tell<Go>();
    sim.spawn<Closer>(payments).tell<Go>();
    sim.run();
    sim.check(said->size() == 2, "nobody waits for ever");
    for (const std::string& one : *said) {
      const bool fine = one.find("payment 1, ") != one.npos ||
                        one == "piano: refused: the card's limit is 1000.00" ||
                        one.find("the actor had stopped") != one.npos || one.find("no answer") != one.npos;
      sim.check(fine, one);
    }
  });
}

}  // namespace

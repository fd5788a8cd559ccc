// The same seed gives the same history: byte for byte, with every compiler and in every build.
#include <stdexcept>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;

struct Order {
  std::string what;
};
struct Price {
  std::string of;
};
struct Poll {};
struct Shelf {
  std::vector<unsigned long> counts;
};

struct Till final : troupe::Actor<Till> {
  long on(const Price&) { return static_cast<long>(random() % 100); }
  std::string on(const Shelf&) { return "full"; }
};
struct Clerk final : troupe::Actor<Clerk> {
  explicit Clerk(Ref<Till> ref) : till(ref) {}
  void on(troupe::Started) { after(5ms, Poll{}); }
  Task<void> on(Order order) {
    const long price = co_await till.ask<Price>(order.what);
    if (price % 2 == 1) self().tell<Order>("the change");
  }
  Task<void> on(Poll) {
    const std::string shelf = co_await till.ask<Shelf>();
    if (shelf == "full") stop();
  }
  void on(const Shelf&) { throw std::invalid_argument("a clerk is no shelf"); }
  Ref<Till> till;
};

void shop(Simulation& sim) {
  const auto till = sim.spawn<Till>({.name = "till"});
  const auto ann = sim.spawn<Clerk>({.name = "ann"}, till);
  const auto bob = sim.spawn<Clerk>(till);
  ann.tell<Order>("bread");
  bob.tell<Order>("milk");
  sim.run_until_idle();
  sim.note("the shop closes");
  bob.tell<Shelf>();
  sim.run();
  bob.tell<Order>("too late");
}

std::string text_of(std::uint64_t seed) {
  Simulation sim({.seed = seed, .handlers_may_throw = true});
  shop(sim);
  return sim.history().text();
}
std::uint64_t hash_of(std::uint64_t seed) {
  Simulation sim({.seed = seed, .handlers_may_throw = true});
  shop(sim);
  return sim.history().hash();
}

constexpr std::string_view expected = R"(spawn Till as a1: till
spawn Clerk as a2: ann
spawn Clerk as a3: 2
send m3 Order to a2
send m4 Order to a3
begin m1 troupe::Started of a2
timer m5 Poll of a2 in m1
end m1 troupe::Started of a2
begin m3 Order of a2
ask m6 Price to a1 by a2 in m3
suspend m3 Order of a2
begin m2 troupe::Started of a3
timer m7 Poll of a3 in m2
end m2 troupe::Started of a3
begin m6 Price of a1
answer m6 long to a2 by a1
end m6 Price of a1
begin m4 Order of a3
ask m8 Price to a1 by a3 in m4
suspend m4 Order of a3
resume m3 Order of a2 by the answer to m6
end m3 Order of a2
begin m8 Price of a1
answer m8 long to a3 by a1
end m8 Price of a1
resume m4 Order of a3 by the answer to m8
send m9 Order to a3 by a3 in m4
end m4 Order of a3
begin m9 Order of a3
ask m10 Price to a1 by a3 in m9
suspend m9 Order of a3
begin m10 Price of a1
answer m10 long to a3 by a1
end m10 Price of a1
resume m9 Order of a3 by the answer to m10
end m9 Order of a3
note: the shop closes
send m11 Shelf to a3
begin m11 Shelf of a3
failure m11 Shelf of a3: std::invalid_argument: a clerk is no shelf
end m11 Shelf of a3
stop Clerk of a3: failed
begin m5 Poll of a2
ask m12 Shelf to a1 by a2 in m5
suspend m5 Poll of a2
begin m12 Shelf of a1
answer m12 std::basic_string<char> to a2 by a1
end m12 Shelf of a1
resume m5 Poll of a2 by the answer to m12
control stop to a2 by a2 in m5
end m5 Poll of a2
stop Clerk of a2: stopped
send m13 Order to a3
dead letter m13 Order of a3: no such actor
)";

TEST(Histories, TheTextIsTheSameWithEveryCompiler) { EXPECT_EQ(text_of(7), expected); }

TEST(Histories, TheHashIsTheSameWithEveryCompiler) { EXPECT_EQ(hash_of(7), 15046834247327835813u); }

TEST(Histories, AThousandRunsOfASeedAreOneHistory) {
  const std::string first = text_of(3);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(text_of(3), first) << i;
}

TEST(Histories, OtherSeedsGiveOtherHistories) {
  int others = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) others += hash_of(seed) != hash_of(0) ? 1 : 0;
  EXPECT_GE(others, 15);
}

struct Dice final : troupe::Actor<Dice> {
  explicit Dice(std::vector<std::uint64_t>* to) : draws(to) {}
  void on(int count) {
    for (int i = 0; i < count; ++i) draws->push_back(random());
  }
  std::vector<std::uint64_t>* draws;
};

// The streams are independent: what one part draws more shifts nothing for the others.
TEST(Histories, ADrawMoreInOneActorShiftsNeitherTheScheduleNorTheOthers) {
  const auto run = [](int draws_of_first) {
    std::vector<std::uint64_t> first;
    std::vector<std::uint64_t> second;
    Simulation sim({.seed = 5});
    const auto one = sim.spawn<Dice>(&first);
    const auto two = sim.spawn<Dice>(&second);
    for (int i = 0; i < 10; ++i) {
      one.tell(draws_of_first);
      two.tell(2);
    }
    sim.run();
    return std::pair{second, sim.history().text()};
  };
  EXPECT_EQ(run(1), run(7));
}

TEST(Histories, FaultsDrawFromAStreamOfTheirOwn) {
  const auto choices = [](double delay) {
    std::vector<std::uint64_t> draws;
    Simulation sim({.seed = 5, .faults = {.stall = 0, .delay = delay, .point = delay}});
    const auto one = sim.spawn<Dice>(&draws);
    const auto two = sim.spawn<Dice>(&draws);
    for (int i = 0; i < 10; ++i) {
      one.tell(1);
      two.tell(1);
    }
    sim.run();
    return sim.schedule().choices;
  };
  EXPECT_EQ(choices(0), choices(0.5));
}

TEST(Histories, APathThatDiffersGivesAnotherHash) {
  const auto hash = [](std::string_view name) {
    Simulation sim;
    sim.spawn<Till>({.name = name});
    return sim.history().hash();
  };
  EXPECT_NE(hash("a"), hash("b"));
}

}  // namespace

// Messages that come in another order than their author thought of.
#include "bank.hpp"
#include "support.hpp"

namespace bugs {
namespace {

struct Go {};

// --- what is sent by two ways has no order
// --------------------------------------------------------------------
struct Configure {};
struct Use {};
struct Engine {
  bool configured = false;
  void on(Configure) { configured = true; }
  void on(Use) { Simulation::current()->check(configured, "an engine is configured before it is used"); }
};
struct Configurator {
  Ref<Engine> engine;
  void on(Configure) { engine.tell<Configure>(); }
};
struct Boss {
  Ref<Engine> engine;
  Ref<Configurator> configurator;
  Version version;
  void on(Go) {
    if (version == Version::broken) {
      configurator.tell<Configure>();
    } else {
      engine.tell<Configure>();
    }
    engine.tell<Use>();
  }
};

TEST(Bugs, AMessageByTwoWaysComesInAnyOrder) {
  hunt({"two ways", FailureKind::check, "configured before"}, [](Simulation& sim, Version version) {
    const auto engine = sim.spawn<Engine>();
    sim.spawn<Boss>(engine, sim.spawn<Configurator>(engine), version).tell<Go>();
    sim.run();
  });
}

// --- the same behind a chain of twenty: only a policy with priorities goes so far before it looks aside
// --------
struct Hop {
  Ref<Engine> engine;
  Ref<Hop> next;
  void on(Go) {
    if (next) {
      next.tell<Go>();
    } else {
      engine.tell<Use>();
    }
  }
};
struct Chief {
  Ref<Configurator> configurator;
  Ref<Hop> first;
  Ref<Engine> engine;
  Version version;
  void on(Go) {
    if (version == Version::broken) {
      configurator.tell<Configure>();
    } else {
      engine.tell<Configure>();
    }
    first.tell<Go>();
  }
};

void long_chain(Simulation& sim, Version version) {
  const auto engine = sim.spawn<Engine>();
  const auto configurator = sim.spawn<Configurator>(engine);
  Ref<Hop> first;
  for (int i = 0; i < 20; ++i) first = sim.spawn<Hop>(engine, first);
  sim.spawn<Chief>(configurator, first, engine, version).tell<Go>();
  sim.run();
}

TEST(Bugs, AChainOfTwentyHopsOvertakesOneStep) {
  hunt({.name = "long chain",
        .kind = FailureKind::check,
        .sentence = "configured before",
        .by_hand = {22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3}},
       long_chain);
}

TEST(Bugs, AChainOfTwentyHopsIsMissedByAPlainRandomWalk) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Simulation sim({.seed = seed});
    EXPECT_NO_THROW(long_chain(sim, Version::broken));
  }
}

// --- read, compute, write: somebody else wrote in between
// -----------------------------------------------------
struct Read {};
struct Write {
  int value;
};
struct Add {
  int amount;
};
struct Cell {
  int value = 0;
  int on(Read) const { return value; }
  void on(Write write) { value = write.value; }
  void on(Add add) { value += add.amount; }
};
struct Adder {
  Ref<Cell> cell;
  Version version;
  Task<void> on(Go) {
    if (version == Version::mended) {
      cell.tell<Add>(1);
      co_return;
    }
    const int value = co_await cell.ask<Read>();
    cell.tell<Write>(value + 1);
  }
};

TEST(Bugs, AnUpdateOfTwoMessagesIsLost) {
  hunt({"lost update", FailureKind::check, "each addition counts"}, [](Simulation& sim, Version version) {
    const auto cell = sim.spawn<Cell>();
    for (int i = 0; i < 2; ++i) sim.spawn<Adder>(cell, version).tell<Go>();
    sim.run();
    sim.check(cell.ask<Read>().get() == 2, "each addition counts");
  });
}

// --- a reentrant handler's members change while it awaits
// ------------------------------------------------------
TEST(Bugs, AReentrantAwaitLetsASecondWithdrawalIn) {
  hunt({.name = "overdraft",
        .kind = FailureKind::check,
        .sentence = "no account is overdrawn",
        .by_hand = {4, 3, 2}},
       [](Simulation& sim, Version version) {
         if (version == Version::broken) {
           bank::two_customers<bank::Account>(sim);
         } else {
           bank::two_customers<bank::MendedAccount>(sim);
         }
       });
}

}  // namespace
}  // namespace bugs

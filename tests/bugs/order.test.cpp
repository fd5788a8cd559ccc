// Messages that come in another order than their author thought of.
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
  hunt({.name = "long chain", .kind = FailureKind::check, .sentence = "configured before", .schedules = 2000},
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
struct Audit {
  int amount;
};
struct Withdraw {
  int amount;
};
struct Auditor {
  bool on(Audit) { return true; }
};
struct Balance {};
struct Account {
  static constexpr troupe::Turns turns = troupe::reentrant;
  Ref<Auditor> auditor;
  Version version;
  int balance = 100;
  Task<bool> on(Withdraw withdraw) {
    if (balance < withdraw.amount) co_return false;
    if (version == Version::mended) balance -= withdraw.amount;
    const bool fine = co_await auditor.ask<Audit>(withdraw.amount);
    if (version == Version::broken) balance -= withdraw.amount;
    co_return fine;
  }
  int on(Balance) const { return balance; }
};
struct Customer {
  Ref<Account> account;
  Task<void> on(Go) {
    const bool done = co_await account.ask<Withdraw>(80);
    static_cast<void>(done);
  }
};

TEST(Bugs, AReentrantAwaitLetsASecondWithdrawalIn) {
  hunt({"overdraft", FailureKind::check, "no account is overdrawn"}, [](Simulation& sim, Version version) {
    const auto account = sim.spawn<Account>(sim.spawn<Auditor>(), version);
    for (int i = 0; i < 2; ++i) sim.spawn<Customer>(account).tell<Go>();
    sim.run();
    sim.check(account.ask<Balance>().get() >= 0, "no account is overdrawn");
  });
}

}  // namespace
}  // namespace bugs

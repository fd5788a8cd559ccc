// The bank of docs/debugging.md, with its bug, and its mended twin. The page names lines of this file.
#pragma once

#include <troupe/sim/sim.hpp>
#include <troupe/troupe.hpp>

namespace bank {

struct Go {};
struct Balance {};
struct Audit {
  int amount;
};
struct Withdraw {
  int amount;
};

struct Auditor {
  bool on(Audit) { return true; }
};

struct Account {
  static constexpr troupe::Turns turns = troupe::reentrant;
  troupe::Ref<Auditor> auditor;
  int balance = 100;

  troupe::Task<bool> on(Withdraw withdraw) {
    if (balance < withdraw.amount) co_return false;
    const bool fine = co_await auditor.ask<Audit>(withdraw.amount);
    if (fine) balance -= withdraw.amount;
    co_return fine;
  }
  int on(Balance) const { return balance; }
};

/// Takes the money before it looks away.
struct MendedAccount {
  static constexpr troupe::Turns turns = troupe::reentrant;
  troupe::Ref<Auditor> auditor;
  int balance = 100;

  troupe::Task<bool> on(Withdraw withdraw) {
    if (balance < withdraw.amount) co_return false;
    balance -= withdraw.amount;
    const bool fine = co_await auditor.ask<Audit>(withdraw.amount);
    if (!fine) balance += withdraw.amount;
    co_return fine;
  }
  int on(Balance) const { return balance; }
};

struct Customer {
  troupe::Recipient<bool(Withdraw)> account;

  troupe::Task<void> on(Go) {
    const bool paid = co_await account.ask<Withdraw>(80);
    static_cast<void>(paid);
  }
};

template <class AccountClass>
void two_customers(troupe::sim::Simulation& simulation) {
  auto auditor = simulation.spawn<Auditor>({.name = "auditor"});
  auto account = simulation.spawn<AccountClass>({.name = "account"}, auditor);
  simulation.spawn<Customer>({.name = "ann"}, account).template tell<Go>();
  simulation.spawn<Customer>({.name = "bob"}, account).template tell<Go>();
  simulation.run();
  simulation.check(account.template ask<Balance>().get() >= 0, "no account is overdrawn");
}

}  // namespace bank

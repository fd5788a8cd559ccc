// The code of docs/getting-started.md, beyond what stands in tests/package/counter.cpp and the examples.
#include <chrono>
#include <string>
#include <utility>

#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

struct Transfer {
  long cents;
};
struct GetBalance {};
struct Withdraw {
  long cents;
};
struct Deposit {
  long cents;
};

class Account {
 public:
  explicit Account(long cents) : cents_(cents) {}
  bool on(Withdraw message) {
    if (message.cents > cents_) return false;
    cents_ -= message.cents;
    return true;
  }
  void on(Deposit message) { cents_ += message.cents; }
  long on(GetBalance) const { return cents_; }

 private:
  long cents_;
};

class Bank : public troupe::Actor<Bank> {
 public:
  Bank(troupe::Ref<Account> from, troupe::Ref<Account> to) : from_(from), to_(to) {}

  troupe::Task<bool> on(Transfer transfer) {
    const bool withdrawn = co_await from_.ask<Withdraw>(transfer.cents);
    if (withdrawn) to_.tell<Deposit>(transfer.cents);
    co_return withdrawn;
  }

 private:
  troupe::Ref<Account> from_;
  troupe::Ref<Account> to_;
};

int main() {
  troupe::System system({.workers = 2, .ask_deadline = 10s});
  auto ann = system.spawn<Account>({.name = "ann"}, 100);
  auto bob = system.spawn<Account>({.name = "bob"}, 0);
  auto bank = system.spawn<Bank>(ann, bob);
  const bool done = bank.ask<Transfer>(60).get();
  const bool again = bank.ask<Transfer>(60).get();

  expect(done && !again);
  expect(bob.ask<GetBalance>().get() == 60);
}

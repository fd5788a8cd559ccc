// Two actors that ask each other: neither could ever answer. The ask that closes the circle fails at once,
// and says who waits for whom.
#include <cstdio>
#include <string>

#include <troupe/troupe.hpp>

struct Offer {};
struct Budget {};

/// What each asks of the other; a Recipient names no class.
using Purse = troupe::Recipient<int(Budget)>;

class Seller {
 public:
  struct Meet {
    Purse purse;
  };
  void on(Meet meet) { purse_ = meet.purse; }
  troupe::Task<int> on(Offer) {
    const int budget = co_await purse_.ask(Budget{});  // the buyer waits for this very offer
    co_return budget / 2;
  }

 private:
  Purse purse_;
};

class Buyer {
 public:
  struct Buy {};
  explicit Buyer(troupe::Ref<Seller> seller) : seller_(seller) {}

  troupe::Task<std::string> on(Buy) {
    const auto price = co_await seller_.try_ask(Offer{});
    co_return price ? "bought for " + std::to_string(*price) : std::string(to_string(price.error().reason()));
  }
  int on(Budget) const { return 100; }

 private:
  troupe::Ref<Seller> seller_;
};

/// Hears of all deadlocks of the system.
struct Watchman {
  void on(const troupe::Deadlock& deadlock) { std::printf("%s", to_string(deadlock).c_str()); }
};

int main() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  system.subscribe_deadlocks(system.spawn<Watchman>({.name = "watchman"}));
  const auto seller = system.spawn<Seller>({.name = "seller"});
  const auto buyer = system.spawn<Buyer>({.name = "buyer"}, seller);
  seller.tell(Seller::Meet{buyer});

  // The seller crashes on its deadlock, so the buyer's ask fails.
  const std::string outcome = buyer.ask(Buyer::Buy{}).get();
  scheduler.run_until_idle();
  std::printf("the buyer's ask: %s\n", outcome.c_str());
}

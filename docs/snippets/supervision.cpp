// The code of docs/supervision.md.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

struct Reserve {
  std::string item;
};
struct Break {};
struct Left {};

struct BadItem : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Stock : public troupe::Actor<Stock> {
 public:
  explicit Stock(int left) : left_(left) {}

  int on(const Reserve& wanted) {
    if (wanted.item.empty()) throw BadItem("an item without a name");
    return --left_;
  }
  void on(Break) { throw std::runtime_error("broken"); }
  int on(Left) const { return left_; }

 private:
  int left_;
};

void restart() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  troupe::Supervisor shop = system.supervise({.name = "shop",
                                              .strategy = troupe::one_for_one,
                                              .intensity = {.restarts = 3, .within = 5s},
                                              .backoff = {.first = 100ms, .max = 10s, .jitter = 0.2}});
  troupe::Ref<Stock> stock = shop.spawn<Stock>({.name = "stock"}, 10);

  stock.ask<Reserve>("piano").get();
  stock.tell<Break>();                    // fails, and is built anew, of a copy of 10
  expect(stock.ask<Left>().get() == 10);  // the same address; the ask waited for the restart
}

struct File {
  static std::unique_ptr<File> open(const std::string&) { return std::make_unique<File>(); }
};
class Journal : public troupe::Actor<Journal> {
 public:
  explicit Journal(std::unique_ptr<File> file) : file_(std::move(file)) {}
  bool on(Left) const { return file_ != nullptr; }

 private:
  std::unique_ptr<File> file_;
};

void by_factory() {
  troupe::System system({.log = &troupe::null_log()});
  auto shop = system.supervise();
  auto journal = shop.spawn<Journal>({.name = "journal"}, troupe::factory([path = std::string("shop.log")] {
                                       return Journal(File::open(path));
                                     }));
  expect(journal.ask<Left>().get());
}

void by_cause() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  auto shop = system.supervise({.decide = [](const std::exception_ptr& cause) {
    if (const auto* bad = troupe::cause_as<BadItem>(cause); bad != nullptr) return troupe::Decision::resume;
    return troupe::Decision::restart;
  }});
  auto stock = shop.spawn<Stock>(10);
  stock.ask<Reserve>("piano").get();
  const auto refused = stock.try_ask<Reserve>("").get();
  expect(!refused && refused.error().reason() == troupe::Reason::failed);
  expect(stock.ask<Left>().get() == 9);  // the same object
}

class Shop : public troupe::Actor<Shop> {
 public:
  static constexpr troupe::SupervisorOptions supervision{.strategy = troupe::one_for_all};

  Shop() : stock_(spawn<Stock>({.name = "stock"}, 10)) {}
  troupe::Ref<Stock> on(Left) const { return stock_; }

 private:
  troupe::Ref<Stock> stock_;
};

void by_an_actor() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  const auto stock = system.spawn<Shop>().ask<Left>().get();
  stock.tell<Break>();
  expect(stock.ask<Left>().get() == 10);
}

void as_a_tree() {
  troupe::System system({.log = &troupe::null_log()});
  troupe::Ref<Stock> stock;
  auto shop = system.supervise({.name = "shop"}, [&](const troupe::Supervisor& start) {
    stock = start.spawn<Stock>({.name = "stock"}, 10);
    auto office = start.supervise({.name = "office", .strategy = troupe::rest_for_one});
    office.spawn<Stock>({.name = "paper"}, 500);
  });
  expect(shop.children().size() == 2);
}

class Till : public troupe::Actor<Till> {
 public:
  static constexpr unsigned retry = 2;

  void on(const Reserve& wanted) {
    if (wanted.item == "bomb") throw BadItem("not that");
  }
  int on(Left) const { return 0; }
};

void with_retry() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  auto till = system.supervise().spawn<Till>({.name = "till"});
  till.tell<Reserve>("bomb");
  till.ask<Left>().get();
  for (const troupe::Quarantined& poison : system.quarantined()) {
    expect(poison.attempts == 3 && poison.get_if<Reserve>()->item == "bomb");
    system.discard(poison.number);  // or redeliver(poison.number), once its cause is cured
  }
}

int main() {
  restart();
  by_factory();
  by_cause();
  by_an_actor();
  as_a_tree();
  with_retry();
}

// A handler that waits for other actors reads from top to bottom: it is a coroutine. It asks two services at
// once, then a third; and a refusal is a value, not an exception.
#include <chrono>
#include <cstdio>
#include <expected>
#include <string>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct Reserve {
  std::string item;
};
struct GetPrice {
  std::string item;
};
struct Charge {
  long cents;
};
struct PlaceOrder {
  std::string item;
};

class Stock {
 public:
  int on(const Reserve&) { return --left_; }

 private:
  int left_ = 10;
};

class Prices {
 public:
  long on(const GetPrice& wanted) const { return wanted.item == "piano" ? 250'000 : 1'200; }
};

class Payments {
 public:
  using Paid = std::expected<int, std::string>;  // the number of the payment, or why there is none
  Paid on(Charge charge) {
    if (charge.cents > 100'000) return std::unexpected("the card's limit is 1000.00");
    return ++last_payment_;
  }

 private:
  int last_payment_ = 0;
};

class Checkout {
 public:
  Checkout(troupe::Ref<Stock> stock, troupe::Ref<Prices> prices, troupe::Ref<Payments> payments)
      : stock_(stock), prices_(prices), payments_(payments) {}

  troupe::Task<std::string> on(const PlaceOrder& order) {  // the message lives until the handler ends
    auto [left, cents] =
        co_await troupe::all(stock_.ask<Reserve>(order.item), prices_.ask<GetPrice>(order.item));

    // Two outcomes: whether there was an answer in time, and, in it, whether the order was paid.
    auto outcome = co_await payments_.try_ask<Charge>(cents).within(2s);
    if (!outcome) co_return order.item + ": " + outcome.error().what();
    const Payments::Paid& paid = *outcome;
    if (!paid) co_return order.item + ": refused: " + paid.error();
    co_return order.item + ": payment " + std::to_string(*paid) + ", " + std::to_string(left) + " left";
  }

 private:
  troupe::Ref<Stock> stock_;
  troupe::Ref<Prices> prices_;
  troupe::Ref<Payments> payments_;
};

int main() {
  troupe::System system;
  const auto payments = system.spawn<Payments>();
  const auto checkout = system.spawn<Checkout>(system.spawn<Stock>(), system.spawn<Prices>(), payments);

  for (const char* item : {"flute", "piano", "drum"}) {
    std::printf("%s\n", checkout.ask<PlaceOrder>(item).get().c_str());
  }
  payments.stop();  // a service that is gone refuses at once: its asker doesn't wait for a deadline
  payments.join().get();
  std::printf("%s\n", checkout.ask<PlaceOrder>("harp").get().c_str());
}

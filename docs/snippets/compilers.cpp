// The code of docs/compilers.md: forms that g++ 12 and clang 19 compile soundly.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <troupe/troupe.hpp>

#include "expect.hpp"

struct Increment {
  int by = 1;
};
struct Put {
  std::string key;
  std::string value;
};
struct Has {
  std::string key;
};

class Store {
 public:
  bool on(const Put& put) {
    keys_.push_back(put.key);
    return true;
  }
  bool on(const Has& has) const { return !keys_.empty() && keys_.back() == has.key; }
  int on(Increment increment) { return increment.by; }

 private:
  std::vector<std::string> keys_;
};

std::size_t length(const std::string& text) { return text.size(); }

struct Work {
  std::string key;
};
struct Ship {
  std::string key;
};
struct Measure {
  std::string text;
};

class Client {
 public:
  explicit Client(troupe::Ref<Store> store) : store_(store) {}

  troupe::Task<bool> on(const Work& work) {
    const bool built = co_await store_.ask<Put>(work.key, "value");  // built in place

    Put put{work.key, "value"};
    const bool moved = co_await store_.ask(troupe::take(put));  // named, then moved in

    const int trivial = co_await store_.ask(Increment{5});  // nothing to destroy: braces are fine
    const bool all_done = built && moved && trivial == 5;
    co_return all_done;
  }

  troupe::Task<std::string> on(const Ship& ship) {
    if (const bool there = co_await store_.ask<Has>(ship.key); there) {  // the result has a name
      co_return "shipped";
    }
    co_return "not there";
  }

  troupe::Task<std::size_t> on(const Measure& measure) {
    const std::size_t size = co_await troupe::blocking(length, measure.text);  // arguments, no captures
    co_return size;
  }

 private:
  troupe::Ref<Store> store_;
};

int main() {
  troupe::System system;
  auto client = system.spawn<Client>(system.spawn<Store>());
  expect(client.ask<Work>("a").get());
  expect(client.ask<Ship>("a").get() == "shipped");
  expect(client.ask<Ship>("b").get() == "not there");
  expect(client.ask<Measure>("four").get() == 4);
}

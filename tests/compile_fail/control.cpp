// compiles
// What the other files do wrong, done right. If this fails, they fail for another reason than they say.
#include <string>
#include <utility>

#include <troupe/troupe.hpp>

struct Increment {
  int by = 1;
};
struct GetValue {};
struct Put {
  std::string key;
  std::string value;
};

struct Counter {
  long value = 0;
  void on(Increment m) { value += m.by; }
  void on(int n) { value += n; }
  long on(GetValue) const { return value; }
};

struct Store {
  std::string last;
  bool on(Put put) {
    last = std::move(put.value);
    return true;
  }
};

struct Logger {
  explicit Logger(std::string prefix) : prefix_(std::move(prefix)) {}
  void on(const std::string&) {}
  std::string prefix_;
};

class Client : public troupe::Actor<Client> {
 public:
  explicit Client(troupe::Ref<Store> store) : store_(store) {}
  troupe::Task<bool> on(Put put) {
    bool stored = co_await store_.ask(troupe::take(put));
    co_return stored;
  }

 private:
  troupe::Ref<Store> store_;
};

int main() {
  troupe::System system;
  auto counter = system.spawn<Counter>();
  counter.tell<Increment>(2);
  counter.tell(2);
  auto logger = system.spawn<Logger>({.name = "app"}, "app");
  logger.tell(std::string("started"));
  troupe::Recipient<Increment, long(GetValue)> either = counter;
  either.tell(Increment{1});
  auto store = system.spawn<Store>();
  auto client = system.spawn<Client>(store);
  client.ask<Put>("key", "value").get();
  return counter.ask<GetValue>().get() == 5 ? 0 : 1;
}

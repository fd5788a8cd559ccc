// A map behind a typed address: what the store doesn't handle can't be sent to it.
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <troupe/troupe.hpp>

struct Set {
  std::string key;
  std::string value;
};
struct Get {
  std::string key;
};
struct Delete {
  std::string key;
};
struct Dump {};

class Store {
 public:
  using Map = std::map<std::string, std::string>;

  void on(Set&& entry) { map_.insert_or_assign(std::move(entry.key), std::move(entry.value)); }
  std::optional<std::string> on(const Get& wanted) const {
    const auto found = map_.find(wanted.key);
    if (found == map_.end()) return std::nullopt;
    return found->second;
  }
  bool on(const Delete& unwanted) { return map_.erase(unwanted.key) > 0; }
  Map on(Dump) const { return map_; }

 private:
  Map map_;
};

void show(troupe::Ref<Store> store, const char* key) {
  const std::optional<std::string> value = store.ask<Get>(key).get();
  std::printf("get %s: %s\n", key, value ? value->c_str() : "(nothing)");
}

int main() {
  troupe::System system;
  const auto store = system.spawn<Store>({.name = "store"});

  store.tell<Set>("apple", "red");
  store.tell<Set>("banana", "green");
  store.tell<Set>("banana", "yellow");  // messages of one sender are handled in order
  store.tell<Set>("cherry", "black");
  show(store, "banana");
  show(store, "damson");

  std::printf("delete apple: %s\n", store.ask<Delete>("apple").get() ? "done" : "not there");
  std::printf("delete apple: %s\n", store.ask<Delete>("apple").get() ? "done" : "not there");
  for (const auto& [key, value] : store.ask<Dump>().get()) {
    std::printf("dump: %s = %s\n", key.c_str(), value.c_str());
  }

  store.stop();        // after all that was sent to it before
  store.join().get();  // returns when it has ended
  std::printf("the store is %s\n", store.alive() ? "alive" : "gone");

  // An address is safe to use for ever. The log, on stderr, names what could not be delivered.
  const auto outcome = store.try_ask<Get>("banana").get();
  std::printf("%s\n", outcome ? "answered" : outcome.error().what());
}

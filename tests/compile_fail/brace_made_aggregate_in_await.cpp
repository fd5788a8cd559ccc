// expect: troupe: .*(name|take)
// expect: \bPut\b
// not: no matching function
// compiler: gcc
#include <string>

#include <troupe/troupe.hpp>

struct Put {
  std::string key;
  std::string value;
};

struct Store {
  bool on(const Put&) { return true; }
};

struct Client {
  troupe::Ref<Store> store;
  troupe::Task<bool> on(std::string key) {
    std::string value = key;
    bool stored = co_await store.ask(Put{key, value});
    co_return stored;
  }
};

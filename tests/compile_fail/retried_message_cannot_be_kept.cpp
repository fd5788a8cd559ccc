// expect: troupe: an actor with `retry` handles a message again after a failure, so its handlers take
// messages by const& expect: \bStore\b errors: 1
#include <memory>

#include <troupe/troupe.hpp>

struct Put {
  std::unique_ptr<int> value;
};
struct Store {
  static constexpr unsigned retry = 1;
  void on(Put) {}
};

void send(troupe::Ref<Store> store) { store.tell<Put>(); }

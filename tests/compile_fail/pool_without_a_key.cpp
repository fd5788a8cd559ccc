// expect: troupe: the key function of this pool doesn't take the message
// expect: \bGet\b
// errors: 1
#include <troupe/troupe.hpp>

struct Put {
  int key;
};
struct Get {
  int key;
};
struct Shard {
  void on(Put) {}
  void on(Get) {}
};
struct ByKey {
  int operator()(const Put& put) const { return put.key; }
};

void send(troupe::Ref<troupe::Pool<Shard, troupe::ConsistentHash<ByKey>>> store) { store.tell<Get>(1); }

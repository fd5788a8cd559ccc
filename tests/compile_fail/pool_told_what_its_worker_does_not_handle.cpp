// expect: troupe: the actor has no handler for this message
// expect: \bReset\b
// not: no matching function
#include <troupe/troupe.hpp>

struct Reset {};
struct Worker {
  void on(int) {}
};

void send(troupe::Ref<troupe::Pool<Worker>> pool) { pool.tell<Reset>(); }

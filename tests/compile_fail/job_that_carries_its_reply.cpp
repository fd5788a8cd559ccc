// expect: troupe: a WorkPool has to know when a job is done
// expect: \bSum\b
// errors: 1
#include <troupe/troupe.hpp>

struct Sum {
  int number;
  troupe::Reply<int> reply;
};
struct Worker {
  void on(Sum) {}
};

void send(troupe::Ref<troupe::WorkPool<Worker>> pool) { pool.tell<Sum>(1); }

// expect: troupe: .*no handler
// expect: \bCounter\b
// expect: \bdouble\b
// not: no matching function
#include <troupe/troupe.hpp>

struct Counter {
  void on(int) {}
};

void count(troupe::Ref<Counter> counter) { counter.tell(2.5); }

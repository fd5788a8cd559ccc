// expect: troupe: only a troupe::Pool or troupe::WorkPool is resized
// expect: \bCounter\b
// errors: 1
#include <troupe/troupe.hpp>

struct Counter {
  void on(int) {}
};

void grow(troupe::Ref<Counter> counter) { troupe::resize(counter, 2); }

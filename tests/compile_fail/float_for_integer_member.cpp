// expect: troupe: .*(float|narrow|integer)
// expect: \bIncrement\b
// not: no matching function
#include <troupe/troupe.hpp>

struct Increment {
  int by = 1;
};
struct Counter {
  void on(Increment) {}
};

void count(troupe::Ref<Counter> counter) { counter.tell<Increment>(2.5); }

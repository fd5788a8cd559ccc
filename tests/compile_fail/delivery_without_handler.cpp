// expect: troupe: .*no handler
// expect: \bCounter\b
// expect: \bReset\b
// not: no matching function
#include <troupe/troupe.hpp>

struct Reset {};
struct Increment {};
struct Counter {
  void on(Increment) {}
};

void reset(troupe::Ref<Counter> counter) { counter.deliver<Reset>().get(); }

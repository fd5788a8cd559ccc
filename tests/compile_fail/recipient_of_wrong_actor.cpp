// expect: troupe: .*(accept|handle)
// expect: \bCounter\b
// expect: \bReset\b
// not: no matching function
#include <troupe/troupe.hpp>

struct Increment {};
struct Reset {};
struct Counter {
  void on(Increment) {}
};

troupe::Recipient<Reset> narrow(troupe::Ref<Counter> counter) { return counter; }

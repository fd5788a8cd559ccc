// expect: troupe: .*no handler
// expect: \bCounter\b
// expect: \bReset\b
// errors: 1
#include <troupe/troupe.hpp>

struct Reset {};
struct Counter {
  void on(int) {}
};

void reset(troupe::Ref<Counter> counter) { static_cast<void>(counter.try_tell(Reset{})); }

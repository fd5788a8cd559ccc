// expect: troupe: .*no handler
// expect: \bCounter\b
// expect: \bReset\b
// errors: 1
#include <troupe/troupe.hpp>

struct GetValue {};
struct Reset {};
struct Counter {
  long on(GetValue) const { return 0; }
};
struct Asker {
  troupe::Ref<Counter> counter;
  troupe::Task<> on(int) {
    auto [value, nothing] = co_await troupe::all(counter.ask<GetValue>(), counter.ask<Reset>());
  }
};

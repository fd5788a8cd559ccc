// expect: troupe: .*co_await std::move\(ask\)
// expect: \blong
// errors: 1
#include <troupe/troupe.hpp>

struct GetValue {};
struct Counter {
  long on(GetValue) const { return 0; }
};
struct Asker {
  troupe::Ref<Counter> counter;
  troupe::Task<long> on(int) {
    auto ask = counter.ask<GetValue>();
    const long value = co_await ask;
    co_return value;
  }
};

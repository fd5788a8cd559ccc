// expect: troupe: .*take their asks over.*std::move\(ask\)
// errors: 1
#include <troupe/troupe.hpp>

struct GetValue {};
struct Counter {
  long on(GetValue) const { return 0; }
};

void both(troupe::Ref<Counter> counter) {
  auto one = counter.ask<GetValue>();
  auto two = counter.ask<GetValue>();
  troupe::all(one, two).get();
}

// expect: troupe: .*(incomplete|only declared|include)
// expect: \bCounter\b
// expect: \bGetValue\b
// not: no matching function
// not: invalid use of incomplete type
#include <troupe/troupe.hpp>

struct GetValue {};
struct Counter;

void read(troupe::Ref<Counter> counter) { counter.ask<GetValue>().get(); }

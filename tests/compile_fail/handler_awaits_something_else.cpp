// expect: troupe: a handler can await asks
// expect: \bint\b
// errors: 1
#include <troupe/troupe.hpp>

struct Waiter {
  troupe::Task<int> on(int seconds) {
    const int left = co_await seconds;
    co_return left;
  }
};

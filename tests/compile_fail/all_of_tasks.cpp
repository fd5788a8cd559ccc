// expect: troupe: all\(\) and first\(\) take asks
// expect: \bTask<int>
// errors: 1
#include <troupe/troupe.hpp>

struct Sum {
  troupe::Task<int> part() { co_return 1; }
  troupe::Task<int> on(int) {
    auto [one, two] = co_await troupe::all(part(), part());
    const int sum = one;
    co_return sum;
  }
};

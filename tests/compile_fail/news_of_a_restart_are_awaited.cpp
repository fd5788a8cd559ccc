// expect: troupe: on\(PreRestart\) must return void
// errors: 1
#include <troupe/troupe.hpp>

struct Store {
  troupe::Task<> on(troupe::PreRestart) { co_return; }
};

void start(troupe::Supervisor shop) { shop.spawn<Store>(); }

// expect: troupe: the function given to troupe::factory must return the actor that is spawned
// expect: \bStore\b
// errors: 1
#include <troupe/troupe.hpp>

struct Store {
  void on(int) {}
};

void start(troupe::Supervisor shop) {
  shop.spawn<Store>(troupe::factory([] { return 1; }));
}

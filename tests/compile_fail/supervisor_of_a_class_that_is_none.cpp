// expect: troupe: only an actor that declares `static constexpr troupe::SupervisorOptions supervision`
// expect: \bStore\b
// errors: 1
#include <troupe/troupe.hpp>

class Store : public troupe::Actor<Store> {
 public:
  void on(int) { supervisor(); }
};

void start(troupe::System& system) { system.spawn<Store>(); }

// expect: troupe: an actor that watches needs a handler
// expect: \bGuard\b
// errors: 1
#include <troupe/troupe.hpp>

class Guard : public troupe::Actor<Guard> {
 public:
  void on(int) { watch(self()); }
};

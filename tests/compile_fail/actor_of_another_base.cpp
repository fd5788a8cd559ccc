// expect: troupe: .*troupe::Actor of the class that is spawned
// expect: \bPlayer\b
// errors: 1
#include <troupe/troupe.hpp>

class Base : public troupe::Actor<Base> {
 public:
  void on(int) {}
};
class Player : public Base {};

void start(troupe::System& system) { system.spawn<Player>(); }

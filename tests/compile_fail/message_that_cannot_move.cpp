// expect: troupe: a message must be movable
// expect: \bLock\b
// errors: 1
#include <troupe/troupe.hpp>

struct Lock {
  Lock() = default;
  Lock(const Lock&) = delete;
};
struct Keeper {
  void on(const Lock&) {}
};

void send(troupe::Ref<Keeper> keeper) { keeper.tell<Lock>(); }

// expect: troupe: the actor's class is only declared here
// expect: \bCounter\b
// errors: 1
#include <troupe/troupe.hpp>

struct Counter;

void start(troupe::System& system) { system.spawn<Counter>(); }

// expect: troupe: .*(accept|handle)
// expect: \bReset\b
// not: no matching function
#include <troupe/troupe.hpp>

struct Increment {};
struct Reset {};

void reset(troupe::Recipient<Increment> recipient) { recipient.tell(Reset{}); }

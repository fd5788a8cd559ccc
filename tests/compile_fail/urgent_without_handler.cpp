// expect: troupe: .*urgent.*no handler
// expect: \bCrawler\b
#include <troupe/troupe.hpp>

struct Cancel {};
struct Fetch {};

struct Crawler {
  using urgent = troupe::Messages<Cancel>;
  void on(Fetch) {}
};

void start(troupe::System& system) { system.spawn<Crawler>(); }

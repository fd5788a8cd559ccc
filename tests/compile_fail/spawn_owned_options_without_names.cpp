// expect: troupe: spawn options are written by name
// expect: \bLogger\b
// errors: 1
#include <string>

#include <troupe/troupe.hpp>

struct Logger {
  explicit Logger(std::string) {}
  void on(int) {}
};

void start(troupe::System& system) { auto logger = system.spawn_owned<Logger>({"app"}); }

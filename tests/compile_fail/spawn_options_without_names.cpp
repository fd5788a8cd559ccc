// expect: troupe: .*(option|argument|construct)
// expect: \bLogger\b
// not: no matching function
#include <string>

#include <troupe/troupe.hpp>

struct Logger {
  explicit Logger(std::string prefix);
  void on(const std::string& line);
};

void start(troupe::System& system) { system.spawn<Logger>({"app"}); }

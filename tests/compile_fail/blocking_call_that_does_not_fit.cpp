// expect: troupe: blocking\(f, args...\) can't call f
// errors: 1
#include <string>

#include <troupe/troupe.hpp>

struct Reader {
  static void fill(std::string&) {}
  troupe::Task<> on(int) { co_await troupe::blocking(fill, std::string("path")); }
};

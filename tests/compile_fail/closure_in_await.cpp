// expect: troupe: .*(name|take|argument)
// not: no matching function
// compiler: gcc
#include <cstddef>
#include <string>

#include <troupe/troupe.hpp>

struct Reader : troupe::Actor<Reader> {
  troupe::Task<std::size_t> on(std::string path) {
    std::size_t size = co_await troupe::blocking([path] { return path.size(); });
    co_return size;
  }
};

#include <cstdio>
#include <cstdlib>

#include <troupe/task.hpp>

namespace troupe::inline v0::detail {

void miscompiled_frame(const char* function, const char* file, unsigned line) {
  std::fprintf(
      stderr,
      "troupe: the compiler gave the coroutine %s (%s:%u) a wrong frame: g++ 12 does so where a coroutine "
      "without local variables awaits in a condition. Name the result first: `if (auto ok = co_await ...; "
      "ok)`, or compile with clang 19.\n",
      function, file, line);
  std::abort();
}

}  // namespace troupe::inline v0::detail

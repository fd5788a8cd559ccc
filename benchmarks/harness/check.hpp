// A benchmark that loses messages measures nothing, so each workload checks what it computed.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace bench {

inline void expect_equal(long expected, long actual, const char* what) {
  if (expected == actual) return;
  std::fprintf(stderr, "The result is wrong: %s should be %ld and is %ld.\n", what, expected, actual);
  std::exit(1);
}

inline void expect(bool holds, const char* sentence) {
  if (holds) return;
  std::fprintf(stderr, "The result is wrong: %s.\n", sentence);
  std::exit(1);
}

}  // namespace bench

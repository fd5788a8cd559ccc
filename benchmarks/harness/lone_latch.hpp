// A latch with a cache line to itself. All workers write it: whatever else lay on its line, the spawning
// thread's locals as like as not, would be measured with it.
#pragma once

#include <cstddef>
#include <latch>

namespace bench {

struct alignas(64) LoneLatch {
  explicit LoneLatch(std::ptrdiff_t count) : latch(count) {}

  std::latch latch;
};

}  // namespace bench

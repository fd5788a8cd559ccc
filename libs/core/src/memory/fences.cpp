#include "memory/fences.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::inline v0::detail {

constinit bool membarrier_works = false;

void prepare_fences() noexcept {
  // Written once: the workers of other systems read it without a lock.
  static const bool prepared = [] {
    membarrier_works = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
    return true;
  }();
  static_cast<void>(prepared);
}

void heavy_fence() noexcept {
  if (membarrier_works) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

}  // namespace troupe::inline v0::detail

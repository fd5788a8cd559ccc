#include "memory/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace troupe::inline v0::detail {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected) noexcept {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futex_wait_for(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                    std::chrono::nanoseconds limit) noexcept {
  if (limit <= limit.zero()) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  const timespec timeout{static_cast<time_t>(seconds.count()), static_cast<long>((limit - seconds).count())};
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, &timeout, nullptr, 0);
}

void futex_wake_one(const std::atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void Doorbell::wait() noexcept {
  std::uint32_t seen = quiet;
  if (word_.compare_exchange_strong(seen, asleep, std::memory_order_acq_rel, std::memory_order_acquire)) {
    while (word_.load(std::memory_order_acquire) == asleep) futex_wait(word_, asleep);
  }
  take();
}

bool Doorbell::wait_for(std::chrono::nanoseconds limit) noexcept {
  using Clock = std::chrono::steady_clock;
  const auto now = Clock::now();
  const auto until = limit < Clock::time_point::max() - now ? now + limit : Clock::time_point::max();
  std::uint32_t seen = quiet;
  if (word_.compare_exchange_strong(seen, asleep, std::memory_order_acq_rel, std::memory_order_acquire)) {
    while (word_.load(std::memory_order_acquire) == asleep) {
      const auto left = until - Clock::now();
      if (left <= left.zero()) break;
      futex_wait_for(word_, asleep, left);
    }
  }
  return take();
}

}  // namespace troupe::inline v0::detail

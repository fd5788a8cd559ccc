// Sleeping on a word, and waking who sleeps on it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace troupe::inline v0::detail {

/// Returns when woken, when the word isn't `expected`, or for no reason.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected) noexcept;
/// As futex_wait, at most for `limit`.
void futex_wait_for(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                    std::chrono::nanoseconds limit) noexcept;
void futex_wake_one(const std::atomic<std::uint32_t>& word) noexcept;

/// One thread sleeps until another says so; a notice that comes first isn't lost.
///
///  word     | meaning                      | stored by
///  quiet    | nothing said, nobody sleeps  | the sleeper, when it takes a notice
///  notified | a notice waits               | notify()
///  asleep   | the owner sleeps             | the sleeper
class Doorbell {
 public:
  /// From any thread. release: what was published before is seen by the sleeper after its wait.
  void notify() noexcept {
    if (word_.exchange(notified, std::memory_order_acq_rel) == asleep) futex_wake_one(word_);
  }
  /// Owner only: takes a notice, if there is one. acquire pairs with notify().
  bool take() noexcept { return word_.exchange(quiet, std::memory_order_acq_rel) == notified; }
  /// Owner only: sleeps until there is a notice, and takes it.
  void wait() noexcept;
  /// As wait(), at most for `limit`. False: no notice.
  bool wait_for(std::chrono::nanoseconds limit) noexcept;

 private:
  static constexpr std::uint32_t quiet = 0, notified = 1, asleep = 2;
  std::atomic<std::uint32_t> word_{quiet};
};

}  // namespace troupe::inline v0::detail

// The dead letters of one system: counted, logged at a limited rate, sent to those who subscribed.
// Thread-safety: all functions from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include <troupe/dead_letter.hpp>
#include <troupe/detail/dead_letter_box.hpp>
#include <troupe/ports/clock.hpp>
#include <troupe/ports/log.hpp>
#include <troupe/recipient.hpp>

namespace troupe::inline v0::detail {

class DeadLetters {
 public:
  void begin(Log& log, Clock& clock, unsigned logged_per_second);
  void end();

  void report(const Drop& why, const MessageOps& message, DeadLetterBox box);
  /// For another reason than that of `why`.
  void report(Undelivered reason, const Drop& why, const MessageOps& message, DeadLetterBox box);
  void late_answer(std::string_view type);
  void subscribe(Recipient<DeadLetter> subscriber);
  DeadLetterCounts counts() const;

 private:
  void count(Undelivered reason) {
    counts_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
  void publish(DeadLetter letter, DeadLetterBox box);
  /// Whether this line may be written; sums up what was left out. Under the lock.
  bool may_log();

  std::array<std::atomic<std::uint64_t>, undelivered_reasons> counts_{};
  std::mutex mutex_;
  Log* log_ = nullptr;
  Clock* clock_ = nullptr;
  unsigned per_second_ = 0;
  unsigned logged_ = 0;
  std::uint64_t left_out_ = 0;
  SteadyTime second_began_{};
  std::vector<Recipient<DeadLetter>> subscribers_;
};

}  // namespace troupe::inline v0::detail

// The stalls of one system: counted, logged, sent to those who subscribed.
// Thread-safety: all functions from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include <troupe/ports/log.hpp>
#include <troupe/recipient.hpp>
#include <troupe/stall.hpp>

namespace troupe::inline v0::detail {

class Stalls {
 public:
  void begin(Log& log);
  void end();

  void report(const Stall& stall);
  void report(const std::vector<Stall>& news) {
    for (const Stall& stall : news) report(stall);
  }
  void subscribe(Recipient<Stall> subscriber);
  StallCounts counts() const;

 private:
  Log* log_ = nullptr;  ///< set before anybody reports
  /// Relaxed: they are for people.
  std::array<std::atomic<std::uint64_t>, stall_kinds> counts_{};
  std::mutex mutex_;
  std::vector<Recipient<Stall>> subscribers_;
};

}  // namespace troupe::inline v0::detail

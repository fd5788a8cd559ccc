// Who wants to hear of failures and restarts.
// Thread-safety: all functions from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string_view>
#include <vector>

#include <troupe/recipient.hpp>
#include <troupe/supervision.hpp>

namespace troupe::inline v0::detail {

class SupervisionEvents {
 public:
  /// @pre the caller holds the cell's token
  void publish(Cell& cell, SupervisionKind kind, std::string_view message, const std::exception_ptr& cause,
               std::uint32_t restarts);
  void subscribe(Recipient<SupervisionEvent> subscriber);
  void end();

 private:
  /// Relaxed: who subscribes while something happens may hear of it or not.
  std::atomic<bool> anybody_{false};
  std::mutex mutex_;
  std::vector<Recipient<SupervisionEvent>> subscribers_;
};

}  // namespace troupe::inline v0::detail

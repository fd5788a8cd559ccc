// How fast a sender sends.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace troupe::inline v0::detail {

/// The time that a message takes its sender, with all that the sender does besides.
class Pace {
 public:
  Pace() = default;  ///< not known
  /// Who sends nothing is as slow as can be.
  Pace(std::chrono::nanoseconds elapsed, std::uint32_t sends)
      : per_send_(sends == 0 ? std::numeric_limits<double>::infinity()
                             : static_cast<double>(elapsed.count()) / sends) {}

  bool is_known() const { return per_send_ > 0; }
  bool is_slower_than(std::chrono::nanoseconds per_send) const {
    return per_send_ > static_cast<double>(per_send.count());
  }
  /// Whether it is more than so many times as fast as the other.
  bool beats(const Pace& other, unsigned times) const { return per_send_ * times < other.per_send_; }

 private:
  double per_send_ = 0;  ///< nanoseconds
};

}  // namespace troupe::inline v0::detail

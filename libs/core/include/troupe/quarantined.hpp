// Messages that have failed too often: kept apart, to be looked at and sent again.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <troupe/detail/shared_box.hpp>

namespace troupe::inline v0 {

/// A copyable record of one message in quarantine. The message is the system's.
class Quarantined {
 public:
  std::uint64_t number = 0;  ///< for System::redeliver() and discard()
  std::string path;          ///< of its receiver
  std::string_view actor;    ///< the receiver's class
  std::string_view message;  ///< the message's class
  std::uint32_t attempts = 0;
  std::exception_ptr cause;  ///< of the last failure

  /// A copy of the message, if it is an M that can be copied; else null. Valid while the record lives.
  template <class M>
  const M* get_if() const noexcept {
    return content_.get_if<M>();
  }

  detail::SharedBox content_;
};

}  // namespace troupe::inline v0

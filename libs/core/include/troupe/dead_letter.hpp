// What becomes of a message that can't be handled.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <troupe/detail/shared_box.hpp>
#include <troupe/fwd.hpp>

namespace troupe::inline v0 {

enum class Undelivered : std::uint8_t {
  stopped,       ///< its receiver stopped before its turn
  killed,        ///< its receiver was killed
  failed,        ///< its handler threw, or its receiver had failed
  no_actor,      ///< its receiver had ended before it was sent
  late_reply,    ///< an answer that nobody waited for any more
  overflow,      ///< its receiver's mailbox was full: it was refused, or made room for a newer one
  rate_limited,  ///< a RateLimit had no token for it
};
inline constexpr std::size_t undelivered_reasons = 7;

std::string_view to_string(Undelivered reason) noexcept;

/// A copyable record of one message. Subscribe an actor with `void on(const DeadLetter&)` by
/// System::subscribe_dead_letters.
class DeadLetter {
 public:
  std::string path;          ///< of the receiver, as far as it is known
  std::string_view actor;    ///< the receiver's class
  std::string_view message;  ///< the message's class
  Undelivered reason = Undelivered::stopped;
  std::exception_ptr cause;  ///< with failed

  /// The message itself, if it is an M and was still whole; else null. Valid while the letter lives.
  template <class M>
  const M* get_if() const noexcept {
    return content_.get_if<M>();
  }

  detail::SharedBox content_;
};

/// How many dead letters there were, by reason.
struct DeadLetterCounts {
  std::array<std::uint64_t, undelivered_reasons> by_reason{};
  std::uint64_t operator[](Undelivered reason) const { return by_reason[static_cast<std::size_t>(reason)]; }
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (auto count : by_reason) sum += count;
    return sum;
  }
};

}  // namespace troupe::inline v0

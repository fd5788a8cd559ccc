#include <utility>

#include <troupe/errors.hpp>
#include <troupe/lifecycle.hpp>

namespace troupe::inline v0 {

std::string_view to_string(Reason reason) noexcept {
  switch (reason) {
    case Reason::stopped:
      return "stopped";
    case Reason::failed:
      return "failed";
    case Reason::timeout:
      return "timeout";
    case Reason::broken_promise:
      return "broken promise";
    case Reason::killed:
      return "killed";
    case Reason::overflow:
      return "overflow";
    case Reason::unanswerable:
      return "unanswerable";
    case Reason::rate_limited:
      return "rate limited";
    case Reason::circuit_open:
      return "circuit open";
    case Reason::deadlock:
      return "deadlock";
  }
  return "unknown";
}

std::string_view to_string(StopReason reason) noexcept {
  switch (reason) {
    case StopReason::stopped:
      return "stopped";
    case StopReason::killed:
      return "killed";
    case StopReason::failed:
      return "failed";
    case StopReason::escalated:
      return "escalated";
    case StopReason::no_such_actor:
      return "no such actor";
  }
  return "unknown";
}

AskError::AskError(Reason reason, const std::string& text, std::exception_ptr cause)
    : std::runtime_error(text), reason_(reason), cause_(std::move(cause)) {}

}  // namespace troupe::inline v0

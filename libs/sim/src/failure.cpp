#include <troupe/sim/failure.hpp>

namespace troupe::inline v0::sim {

std::string_view to_string(FailureKind kind) noexcept {
  switch (kind) {
    case FailureKind::exception:
      return "exception";
    case FailureKind::check:
      return "check";
    case FailureKind::always:
      return "always";
    case FailureKind::eventually:
      return "eventually";
    case FailureKind::deadlock:
      return "deadlock";
    case FailureKind::out_of_steps:
      return "out of steps";
    case FailureKind::forbidden_call:
      return "forbidden call";
    case FailureKind::nondeterministic:
      return "nondeterministic";
    case FailureKind::aborted:
      return "aborted";
  }
  return "unknown";
}

}  // namespace troupe::inline v0::sim

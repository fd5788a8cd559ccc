// Supervision, in words that options are written with: who restarts what, how often, and after how long.
// docs/supervision.md says when to use which.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <troupe/detail/durations.hpp>
#include <troupe/fwd.hpp>

namespace troupe::inline v0 {

/// Which children start again when one of them fails.
enum class Strategy : std::uint8_t {
  one_for_one,   ///< that one
  one_for_all,   ///< all
  rest_for_one,  ///< that one, and those that were started after it
};
inline constexpr Strategy one_for_one = Strategy::one_for_one;
inline constexpr Strategy one_for_all = Strategy::one_for_all;
inline constexpr Strategy rest_for_one = Strategy::rest_for_one;

/// After what kind of end a child is started again.
enum class Restart : std::uint8_t {
  by_default,  ///< transient under a supervisor; elsewhere there is nobody to restart it
  permanent,   ///< after any, but for the supervisor's own order
  transient,   ///< when it has failed: not when it was asked to stop, or killed
  temporary,   ///< never
};
inline constexpr Restart permanent = Restart::permanent;
inline constexpr Restart transient = Restart::transient;
inline constexpr Restart temporary = Restart::temporary;

/// What to do about a failure.
enum class Decision : std::uint8_t {
  restart,   ///< build it anew, as far as its Restart and the intensity allow
  resume,    ///< keep its object and go on with its next message
  stop,      ///< end it, whatever its Restart says
  escalate,  ///< the supervisor fails at once
};

/// Whether a supervisor ends when its significant children have ended by themselves.
enum class AutoShutdown : std::uint8_t { never, any, all };

/// More than `restarts` of them within any span of `within`: the supervisor gives up, and fails itself.
struct Intensity {
  unsigned restarts = 3;
  std::chrono::nanoseconds within = std::chrono::seconds(5);
};

/// How long a child waits for its next start: min(max, first * factor^n) after the n+1st failure in a row,
/// less a random part of up to `jitter` of it.
struct Backoff {
  std::chrono::nanoseconds first{};  ///< 0: restarts are immediate
  std::chrono::nanoseconds max = std::chrono::seconds(10);
  double factor = 2;
  double jitter = 0;  ///< 0 to 1
  /// A child that was well for so long has no failures in a row. 0: `max`.
  std::chrono::nanoseconds reset_after{};
};

/// The cause of a failure as an E; null if it is none. To be used in SupervisorOptions::decide.
template <class E>
const E* cause_as(const std::exception_ptr& cause) noexcept {
  if (!cause) return nullptr;
  try {
    std::rethrow_exception(cause);
  } catch (const E& error) {
    return &error;  // `cause` keeps it alive
  } catch (...) {
    return nullptr;
  }
}

enum class SupervisionKind : std::uint8_t {
  failed,       ///< an exception left its handler, or its constructor at a restart
  resumed,      ///< it failed, and goes on with its object
  restarted,    ///< it has a new object
  stopped,      ///< it failed, and is not restarted
  escalated,    ///< a supervisor gave up
  quarantined,  ///< its message failed for the last time, and was put in quarantine
};
std::string_view to_string(SupervisionKind kind) noexcept;

/// What happened under supervision: System::subscribe_supervision.
struct SupervisionEvent {
  SupervisionKind kind = SupervisionKind::failed;
  std::string path;
  std::string_view actor;      ///< its class
  std::string_view message;    ///< the class of the message that it failed on; empty: none
  std::string cause;           ///< the exception's class and text
  std::exception_ptr error;    ///< the exception
  std::uint32_t restarts = 0;  ///< of this actor, so far
};

}  // namespace troupe::inline v0

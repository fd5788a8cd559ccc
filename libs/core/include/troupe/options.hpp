// Options of systems, actors and thread groups. Aggregates, written by name only:
// `system.spawn<Logger>({.name = "logger"})`. What they point to is not owned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <troupe/detail/durations.hpp>
#include <troupe/fwd.hpp>
#include <troupe/mailbox.hpp>
#include <troupe/supervision.hpp>

namespace troupe::inline v0 {

class Clock;
class Log;
class DeterministicScheduler;
class EventLoop;
class Tracer;

namespace detail {
/// The first member of every options aggregate: nothing that a caller would write by position fits it.
struct ByName {
  struct Key {
    explicit Key() = default;
  };
  constexpr explicit ByName(Key) {}
};
}  // namespace detail

/// What to do about asks that wait for each other in a circle.
enum class OnDeadlock : std::uint8_t {
  fail_youngest,  ///< fail the ask that was asked last, with Reason::deadlock and a report
  log_only,       ///< report it, and let the deadlines end it
  abort,          ///< report it, and end the process
  ignore,         ///< don't look for it
};

struct SystemOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  /// Threads of the default group; 0: one per processor.
  unsigned workers = 0;
  /// For asks without `.within(d)`; Duration::max() for none.
  std::chrono::nanoseconds ask_deadline = std::chrono::seconds(5);
  /// How long the destructor waits for actors to stop before it kills them.
  std::chrono::nanoseconds shutdown_deadline = std::chrono::seconds(10);
  /// Null: standard error.
  Log* log = nullptr;
  /// Null: the machine's clocks.
  Clock* clock = nullptr;
  /// Null: threads. Else everything runs in the thread that drives this scheduler, on its clock.
  DeterministicScheduler* scheduler = nullptr;
  /// Told what happens, while it is on. Null: nobody.
  Tracer* tracer = nullptr;
  /// For random(): each actor draws from a stream of its own, made of this and its path.
  std::uint64_t seed = 0;
  /// A turn that holds its thread for longer is a stall, named in the log and to those who subscribe; 0 or
  /// Duration::max(): none is. Turns that wait hold no thread.
  std::chrono::nanoseconds turn_limit = std::chrono::seconds(1);
  /// A message that waits in a mailbox for longer is a stall of its receiver; 0 or Duration::max(): none is.
  std::chrono::nanoseconds wait_limit = std::chrono::seconds(5);
  /// Threads at most for co_await blocking(...).
  unsigned blocking_threads = 64;
  /// Of actors that are spawned without a mailbox of their own.
  Mailbox mailbox = unbounded;
  /// Dead letters that are logged per second; the rest is counted and summed up.
  unsigned dead_letters_logged_per_second = 10;
  OnDeadlock on_deadlock = OnDeadlock::fail_youngest;
  /// After so long a circle of asks is reported in which it isn't certain who has a Reply.
  std::chrono::nanoseconds suspected_deadlock_after = std::chrono::seconds(1);
  /// When a supervisor that nobody supervises gives up, the system's actors stop, not only its subtree.
  bool stop_on_escalation = false;
};

struct SpawnOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  /// Unique among its siblings; not empty, without '/', and not a number. Empty: the ordinal of the spawn.
  std::string_view name = {};
  /// The thread group it runs in; empty: its parent's, or the default one.
  std::string_view group = {};
  /// On a thread of its own: for handlers that block or compute for long.
  bool pinned = false;
  /// Whether asks may run its handlers inside the asker's thread.
  bool inline_asks = true;
  /// How many messages may wait, and what becomes of others: bounded(1000).
  Mailbox mailbox = {};
  /// How many messages stash() keeps at most.
  std::size_t stash_capacity = 1000;
  /// How long its parent's stop waits for it before it is killed; Duration::max() for ever.
  /// 0: it is killed at once.
  std::chrono::nanoseconds shutdown_deadline = std::chrono::seconds(5);
  /// Under a supervisor: after which ends it is started again.
  Restart restart = Restart::by_default;
  /// Under a supervisor: its end counts for the supervisor's auto_shutdown.
  bool significant = false;
};

/// Of a supervisor, or, as `static constexpr SupervisorOptions supervision{...}`, of an actor that supervises
/// its children.
struct SupervisorOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  /// As in SpawnOptions, and so are group, restart, significant and shutdown_deadline: they are of the
  /// supervisor itself, and not for an actor's `supervision`.
  std::string_view name = {};
  std::string_view group = {};
  Strategy strategy = Strategy::one_for_one;
  Intensity intensity = {};
  Backoff backoff = {};
  /// What to do about a failure by its cause; null: restart. Runs in the failed child's thread, so it must
  /// not use what others change.
  Decision (*decide)(const std::exception_ptr& cause) = nullptr;
  AutoShutdown auto_shutdown = AutoShutdown::never;
  Restart restart = Restart::by_default;
  bool significant = false;
  std::chrono::nanoseconds shutdown_deadline = std::chrono::nanoseconds::max();
};

struct GroupOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  /// 1 to 256.
  unsigned threads = 1;
  /// Null: idle threads sleep.
  EventLoop* loop = nullptr;
};

namespace detail {
/// Of a spawn without options: made once, since to make them costs more than to look at them.
inline constexpr SpawnOptions spawn_defaults{};
}  // namespace detail

static_assert(std::is_trivially_destructible_v<SystemOptions> &&
                  std::is_trivially_destructible_v<SpawnOptions> &&
                  std::is_trivially_destructible_v<SupervisorOptions> &&
                  std::is_trivially_destructible_v<GroupOptions>,
              "options stand in co_await expressions: see fault F1 in docs/compilers.md");

}  // namespace troupe::inline v0

// News of an actor's own life and of those it watches. Each arrives like any message, through an optional
// handler: `void on(Started)`. What an actor doesn't declare costs it nothing.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <troupe/fwd.hpp>

namespace troupe::inline v0 {

/// Why an actor ended.
enum class StopReason : std::uint8_t {
  stopped,        ///< it was asked to: stop(), its parent's or the system's end
  killed,         ///< kill(), or a shutdown deadline that passed
  failed,         ///< an exception left a handler
  no_such_actor,  ///< it had ended before it was asked about
  escalated,      ///< a supervisor that gave up: too many restarts, or its `decide` said so
};

std::string_view to_string(StopReason reason) noexcept;

/// The first message of an actor that declares `on(Started)`; the handler may be a coroutine. Slow
/// start-up belongs here, not in the constructor, which runs in the spawner's thread.
struct Started {};

/// The last call before the actor's object is destroyed, after its children have stopped. Must be a plain
/// `void on(Stopping)`: there are no messages any more to wait for.
struct Stopping {
  StopReason reason = StopReason::stopped;
};

/// The last call before the actor's object is destroyed to be built anew; its mail, its address and those who
/// watch it stay. Must be a plain `void on(PreRestart)` or `void on(const PreRestart&)`.
struct PreRestart {
  std::exception_ptr cause;  ///< why it failed; null: it restarts for another's sake, or by hand
};

/// A watched actor has ended. Travels in the user lane, in order. Exactly one per watch.
struct Terminated {
  std::string path;  ///< of the actor; of one long gone, what is still known of it
  StopReason reason = StopReason::stopped;
  std::exception_ptr cause;  ///< set when reason is failed

  /// Whether it was this one.
  template <class A>
  bool is(Ref<A> ref) const noexcept;
  template <class... Signatures>
  bool is(const Recipient<Signatures...>& recipient) const noexcept;

  // Which actor, by identity.
  const detail::Cell* cell_ = nullptr;
  std::uint64_t generation_ = 0;
};

/// How an actor's coroutine handlers share it: see `turns` in docs/actors.md.
enum class Turns : std::uint8_t {
  exclusive,  ///< while a handler awaits, no other message is handled
  reentrant,  ///< at each co_await, other messages may be handled
};
inline constexpr Turns exclusive = Turns::exclusive;
inline constexpr Turns reentrant = Turns::reentrant;

}  // namespace troupe::inline v0

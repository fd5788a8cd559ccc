// Who chooses what runs next in a system without threads: a port of DeterministicScheduler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <string_view>

#include <troupe/actor_id.hpp>
#include <troupe/detail/durations.hpp>
#include <troupe/fwd.hpp>

namespace troupe::inline v0 {

/// What could run next. A view: valid during the call that it is given to.
class Runnables {
 public:
  Runnables(std::span<detail::Cell* const> actors, std::size_t calls) : actors_(actors), calls_(calls) {}

  /// Actors first, in the order in which they became ready; then calls given to blocking().
  std::size_t size() const noexcept { return actors_.size() + calls_; }
  std::size_t actors() const noexcept { return actors_.size(); }
  /// @pre index < actors()
  ActorId actor(std::size_t index) const noexcept;
  /// The class of the message that its turn would handle; empty: it has signals to see to first, such as the
  /// answers that it waits for. @pre index < actors()
  std::string_view next_message(std::size_t index) const noexcept;
  /// The letter that is next in an actor's mailbox, if its next turn would handle one; else null. For who
  /// looks into messages; valid until anything runs.
  static const detail::Envelope* next_letter_(const ActorId& actor) noexcept;
  /// Makes the first letter in its mailbox that is wanted the next one. False: there is none, or it waits for
  /// an answer and handles none. @pre it is ready
  static bool bring_forward_(const ActorId& actor,
                             const std::function<bool(const detail::Envelope&)>& is_wanted);
  /// Messages that it has handled so far. @pre index < actors()
  std::uint64_t handled(std::size_t index) const noexcept;

 private:
  std::span<detail::Cell* const> actors_;
  std::size_t calls_;
};

/// What befalls the one that was chosen. The root of a system's tree always runs: it ends by shutdown().
enum class Fate : std::uint8_t {
  turn,   ///< it runs
  crash,  ///< it fails as if the handler of its next message had thrown; where it has none, it runs
  kill,   ///< it is killed
};

struct Choice {
  std::size_t index = 0;
  Fate fate = Fate::turn;
  std::exception_ptr cause = nullptr;  ///< of a crash
  /// Its next message, if it may handle one, although signals wait: they come first else.
  bool message_first = false;
};

/// Thread-safety: called in the thread that drives the scheduler. Must not send.
class SchedulePolicy {
 public:
  virtual ~SchedulePolicy() = default;
  /// @pre ready.size() > 0
  virtual Choice choose(const Runnables& ready) = 0;
  /// How long a timer of the actor takes that was set for `delay`.
  virtual std::chrono::nanoseconds timer_delay(const ActorId& actor, std::chrono::nanoseconds delay) {
    static_cast<void>(actor);
    return delay;
  }
  /// Whether asks may run their handlers in place: fewer steps, and fewer orders to choose from.
  virtual bool inline_asks() const { return false; }
};

}  // namespace troupe::inline v0

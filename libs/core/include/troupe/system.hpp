// System: the actors of a process, or of a part of it, and the threads that run them.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/dead_letter.hpp>
#include <troupe/deadlock.hpp>
#include <troupe/detail/durations.hpp>
#include <troupe/detail/spawn.hpp>
#include <troupe/options.hpp>
#include <troupe/owned.hpp>
#include <troupe/ports/clock.hpp>
#include <troupe/ports/log.hpp>
#include <troupe/quarantined.hpp>
#include <troupe/recipient.hpp>
#include <troupe/ref.hpp>
#include <troupe/stall.hpp>
#include <troupe/supervisor.hpp>
#include <troupe/tree.hpp>

namespace troupe::inline v0 {

enum class LookupError : std::uint8_t {
  not_found,    ///< no living actor has this path
  wrong_class,  ///< it is of another class
};

/// Thread-safety: every function from any thread; shutdown() and the destructor from outside of the
/// system's actors only.
class System {
 public:
  explicit System(const SystemOptions& options = {});
  System(const System&) = delete;
  System& operator=(const System&) = delete;
  /// shutdown() with the option's deadline. Whoever doesn't stop even when killed is named in the log, and
  /// waited for: its code still runs.
  ~System();

  /// Constructs an A in the calling thread and returns its address: a running actor, or an exception and
  /// nothing left behind. It lives until it stops, or the system does.
  /// @throws SpawnError (its name is taken, the system is stopping), UsageError (a bad name or group), and
  /// what A's constructor throws
  template <class A, class... Args>
  Ref<A> spawn(const SpawnOptions& options, Args&&... args) {
    return detail::spawn_actor<A>(root(), options, std::forward<Args>(args)...);
  }
  template <class A, class... Args>
  Ref<A> spawn(Args&&... args) {
    return detail::spawn_actor<A>(root(), detail::spawn_defaults, std::forward<Args>(args)...);
  }
  template <class A>
  Ref<A> spawn(detail::Positional) {
    static_assert(detail::written_by_name<A>,
                  "troupe: spawn options are written by name, and arguments of the actor without braces: "
                  "spawn<Logger>({.name = \"app\"}) or spawn<Logger>(\"app\")");
    return Ref<A>();
  }

  /// As spawn, for an actor that stops when the result goes out of scope.
  template <class A, class... Args>
  Owned<A> spawn_owned(const SpawnOptions& options, Args&&... args) {
    return Owned<A>(spawn<A>(options, std::forward<Args>(args)...));
  }
  template <class A, class... Args>
  Owned<A> spawn_owned(Args&&... args) {
    return Owned<A>(spawn<A>(std::forward<Args>(args)...));
  }
  template <class A>
  Owned<A> spawn_owned(detail::Positional) {
    static_assert(detail::written_by_name<A>,
                  "troupe: spawn options are written by name, and arguments of the actor without braces: "
                  "spawn_owned<Logger>({.name = \"app\"}) or spawn_owned<Logger>(\"app\")");
    return Owned<A>();
  }

  /// A supervisor at the top of the system. When it gives up, its subtree ends, which is logged as critical;
  /// with SystemOptions::stop_on_escalation, all actors stop. @throws as spawn
  Supervisor supervise(const SupervisorOptions& options = {}) {
    return Supervisor::of(detail::spawn_supervisor(root(), root_generation(), options, false));
  }
  /// As Supervisor::supervise(options, start).
  template <class Start>
  Supervisor supervise(const SupervisorOptions& options, Start&& start) {
    return detail::start_tree(supervise(options), std::forward<Start>(start));
  }
  /// Every SupervisionEvent from now on goes to the actor; until it ends.
  void subscribe_supervision(Recipient<SupervisionEvent> subscriber);
  /// Every Deadlock from now on goes to the actor; until it ends.
  void subscribe_deadlocks(Recipient<Deadlock> subscriber);

  // --- messages that have failed as often as their actor's `retry` allows
  /// The last 1,000 of them, oldest first.
  std::vector<Quarantined> quarantined() const;
  /// Takes the message out of quarantine and sends it to its actor again, or, if that has ended, to the dead
  /// letters. False: there is none of this number.
  bool redeliver(std::uint64_t number);
  /// Drops it. False: there is none of this number.
  bool discard(std::uint64_t number);

  /// The living actor with this path, as "shop/stock". Only actors that were given a name are found.
  template <class A>
  std::expected<Ref<A>, LookupError> find(std::string_view path) const {
    auto found = find_cell(path, &detail::ActorOpsFor<A>::ops);
    if (!found) return std::unexpected(found.error());
    return Ref<A>(found->first, found->second);
  }

  /// Adds a group of threads; actors are spawned into it by `.group`.
  /// @throws UsageError: the name is taken, or the number of threads isn't one of 1 to 256
  void add_group(std::string_view name, const GroupOptions& options);

  /// Every dead letter from now on goes to the actor as a DeadLetter message; until it ends.
  void subscribe_dead_letters(Recipient<DeadLetter> subscriber);
  /// How many there were so far.
  DeadLetterCounts dead_letters() const;

  /// Every Stall from now on goes to the actor; until it ends.
  void subscribe_stalls(Recipient<Stall> subscriber);
  /// How many there were so far.
  StallCounts stalls() const;

  /// All living actors, parents before their children. Stops nobody.
  Tree tree() const;

  /// Stops all actors, those spawned last first. Those that are not done within the deadline are killed, and
  /// named in the report with the message they are in. May be called again.
  /// @throws UsageError from inside an actor
  ShutdownReport shutdown(std::chrono::nanoseconds deadline = std::chrono::seconds(10));

  /// The clock port's time.
  SteadyTime now() const;
  WallTime wall_time() const;
  Log& log() const;
  /// Threads of the default group.
  unsigned workers() const;

  detail::Runtime& runtime_() const { return *runtime_pointer_; }

 private:
  using Found = std::expected<std::pair<detail::Cell*, std::uint64_t>, LookupError>;
  detail::Cell& root() const;
  std::uint64_t root_generation() const;
  Found find_cell(std::string_view path, const detail::ActorOps* ops) const;

  detail::Runtime* runtime_pointer_;
  std::chrono::nanoseconds shutdown_deadline_;
};

}  // namespace troupe::inline v0

// Actor<Self>: the base of actors that want to know themselves. Plain classes are actors without it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/detail/actor_services.hpp>
#include <troupe/detail/durations.hpp>
#include <troupe/detail/spawn.hpp>
#include <troupe/errors.hpp>
#include <troupe/supervisor.hpp>
#include <troupe/system.hpp>

namespace troupe::inline v0 {

/// Names a timer of an actor. 0: none.
enum class TimerId : std::uint64_t {};

/// Self is the class that is spawned: a class in between takes it as its template parameter.
/// Thread-safety: all functions in the actor's own turns and its constructor only, not from code that it runs
/// elsewhere, as in blocking(): hand that the value of self() instead.
template <class Self>
class Actor {
 public:
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

 protected:
  /// @throws UsageError if it isn't spawned
  Actor() : cell_(detail::claim_construction(detail::type_name<Self>())) {}
  ~Actor() = default;

  Ref<Self> self() const { return Ref<Self>(cell_, generation()); }
  std::string path() const { return self().path(); }

  // --- children: they stop before this actor does, in reverse order
  /// If Self declares `static constexpr SupervisorOptions supervision`, the child is supervised: as
  /// Supervisor::spawn().
  template <class A, class... Args>
  Ref<A> spawn(const SpawnOptions& options, Args&&... args) {
    return spawn_child<A>(options, std::forward<Args>(args)...);
  }
  template <class A, class... Args>
  Ref<A> spawn(Args&&... args) {
    return spawn_child<A>(detail::spawn_defaults, std::forward<Args>(args)...);
  }
  template <class A>
  Ref<A> spawn(detail::Positional) {
    static_assert(detail::written_by_name<A>,
                  "troupe: spawn options are written by name, and arguments of the actor without braces: "
                  "spawn<Logger>({.name = \"app\"}) or spawn<Logger>(\"app\")");
    return Ref<A>();
  }

  /// A supervisor as a child. It ends with this actor's object.
  Supervisor supervise(const SupervisorOptions& options = {}) {
    return Supervisor::of(
        detail::spawn_supervisor(*cell_, generation(), options, detail::supervises<Self>()));
  }
  /// As Supervisor::supervise(options, start).
  template <class Start>
  Supervisor supervise(const SupervisorOptions& options, Start&& start) {
    return detail::start_tree(supervise(options), std::forward<Start>(start));
  }
  /// This actor as the supervisor of its children: to look at them, and to restart one by hand.
  Supervisor supervisor() const {
    static_assert(
        detail::supervises<Self>(),
        "troupe: only an actor that declares `static constexpr troupe::SupervisorOptions supervision` "
        "supervises its children");
    return Supervisor::of({cell_, generation()});
  }

  // --- links
  /// Fails this actor when the other fails or is killed, and the other way round: with a LinkBroken. At once
  /// if it has ended. A link is an object's: a restart ends it.
  template <class Other>
  void link(const Other& other) {
    detail::link(*cell_, *other.cell_address_(), other.generation_());
  }
  template <class Other>
  void unlink(const Other& other) {
    detail::unlink(*cell_, *other.cell_address_(), other.generation_());
  }

  /// Stops this actor after what was sent to it before.
  void stop() { self().stop(); }

  // --- watching
  /// One Terminated when that actor ends; at once if it has. Watching twice is watching once.
  template <class Watched>
  void watch(const Watched& other) {
    constexpr bool hears = handles<Self, Terminated>;
    static_assert(hears,
                  "troupe: an actor that watches needs a handler `void on(Terminated)` or `void on(const "
                  "Terminated&)`");
    if constexpr (hears) {
      using D = detail::Dispatch<Self, Terminated, detail::Sent::told>;
      detail::watch(*cell_, *other.cell_address_(), other.generation_(), &make_terminated<D>);
    }
  }
  /// No Terminated of that actor any more, even if one is queued.
  template <class Watched>
  void unwatch(const Watched& other) {
    detail::unwatch(*cell_, *other.cell_address_(), other.generation_());
  }

  // --- timers: ticks travel in the user lane; all end with the actor
  /// Sends the message to this actor once, not before `delay`, which is counted in milliseconds.
  template <class M>
  TimerId after(std::chrono::nanoseconds delay, M message) {
    return start_timer<false>({}, delay, std::move(message));
  }
  /// As after(), replacing the timer of the same key: of that one no tick is seen any more.
  template <class M>
  TimerId after(std::string_view key, std::chrono::nanoseconds delay, M message) {
    return start_timer<false>(key, delay, std::move(message));
  }
  /// Sends copies of the message at each full period from now; ticks that were missed are left out.
  /// @throws UsageError: the period is below 1 ms
  template <class M>
  TimerId every(std::chrono::nanoseconds period, M message) {
    return start_timer<true>({}, period, std::move(message));
  }
  template <class M>
  TimerId every(std::string_view key, std::chrono::nanoseconds period, M message) {
    return start_timer<true>(key, period, std::move(message));
  }
  /// Ends a timer: no tick of it is seen any more, even if one is queued. False: there was no such timer.
  bool cancel(TimerId timer) { return detail::cancel_timer(*cell_, static_cast<std::uint64_t>(timer)); }
  bool cancel(std::string_view key) { return detail::cancel_timer(*cell_, key); }

  // --- stash
  /// Keeps a message for later; if it was asked, its answer is owed later too, and what the handler returns
  /// now is not one. @throws StashOverflow: the stash is full, and keeps what it had
  template <class M>
  void stash(M&& message) {
    using Message = std::remove_cvref_t<M>;
    if constexpr (detail::check_handler<Self, Message>()) {
      using Told = detail::Dispatch<Self, Message, detail::Sent::told>;
      using Asked = detail::Dispatch<Self, Message, detail::asked_as<Self, Message>>;
      detail::check_stash(*cell_);
      const std::uint64_t gen = cell_->gen.load(std::memory_order_relaxed);
      if constexpr (!detail::carries_reply<Message>) {
        const auto to = detail::take_current_destination(*cell_, &Asked::ops);
        if (to) return stash_asked<Asked>(gen, to, std::forward<M>(message));
      }
      detail::stash(
          *cell_, detail::make_letter<typename Told::Box>(*cell_, &Told::ops, gen, std::forward<M>(message)));
    }
  }
  /// As stash(message), for a handler that took a Reply.
  template <class M, class T>
  void stash(M&& message, Reply<T>&& reply) {
    using Message = std::remove_cvref_t<M>;
    if constexpr (detail::check_handler<Self, Message>()) {
      using Asked = detail::Dispatch<Self, Message, detail::Sent::asked>;
      detail::check_stash(*cell_);
      stash_asked<Asked>(cell_->gen.load(std::memory_order_relaxed), reply.release_(),
                         std::forward<M>(message));
    }
  }
  /// Handles the stashed messages next, in order, before those in the mailbox. What is stashed while they
  /// are handled waits for the next call.
  void unstash_all() { detail::unstash_all(*cell_); }

  // --- the system's ports
  SteadyTime now() const { return detail::now_of(*cell_); }
  WallTime wall_time() const { return detail::wall_time_of(*cell_); }
  /// A draw from this actor's own stream.
  std::uint64_t random() { return detail::random_of(*cell_); }
  void log(LogLevel level, std::string_view line) const { detail::log_of(*cell_).write(level, line); }

 private:
  template <class A, class... Args>
  Ref<A> spawn_child(const SpawnOptions& options, Args&&... args) {
    if constexpr (detail::supervises<Self>()) {
      return detail::spawn_supervised<A>(*cell_, generation(), options, std::forward<Args>(args)...);
    } else {
      return detail::spawn_actor<A>(*cell_, options, std::forward<Args>(args)...);
    }
  }

  std::uint64_t generation() const { return cell_->gen.load(std::memory_order_relaxed); }

  template <class D>
  static detail::Envelope* make_terminated(detail::Cell& watcher, std::uint64_t gen, Terminated&& news) {
    return detail::make_letter<typename D::Box>(watcher, &detail::terminated_ops<D>, gen, std::move(news));
  }

  template <class Asked, class M>
  void stash_asked(std::uint64_t gen, detail::Destination to, M&& message) {
    auto* letter =
        detail::make_letter<typename Asked::Box>(*cell_, &Asked::ops, gen, std::forward<M>(message));
    letter->to = to;
    detail::stash(*cell_, letter);
  }

  template <bool repeats, class M>
  TimerId start_timer(std::string_view key, std::chrono::nanoseconds delay, M&& message) {
    constexpr bool sendable = !repeats || std::is_copy_constructible_v<M>;
    static_assert(
        sendable,
        "troupe: every() sends a copy of its message each time, so the message must be copyable: make "
        "what isn't in the handler");
    if constexpr (sendable && detail::check_handler<Self, M>()) {
      return static_cast<TimerId>(
          detail::start_timer<Self, repeats, M>(*cell_, key, delay, std::move(message)));
    } else {
      return TimerId{};
    }
  }

  detail::Cell* cell_;
};

}  // namespace troupe::inline v0

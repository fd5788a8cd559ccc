// What Actor<Self> asks of the runtime. All @pre: in a turn of the cell's actor, or in its constructor.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/detail/dispatch.hpp>
#include <troupe/detail/durations.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/lifecycle.hpp>
#include <troupe/ports/clock.hpp>
#include <troupe/ports/log.hpp>

namespace troupe::inline v0::detail {

/// The object was made outside of spawn. @throws UsageError
[[noreturn]] void refuse_construction(std::string_view actor);
/// The cell of the object under construction. @throws UsageError outside of spawn
inline Cell* claim_construction(std::string_view actor) {
  Cell* cell = std::exchange(context.under_construction, nullptr);
  if (!cell) [[unlikely]]
    refuse_construction(actor);
  return cell;
}

SteadyTime now_of(const Cell& cell);
WallTime wall_time_of(const Cell& cell);
std::uint64_t random_of(Cell& cell);
Log& log_of(const Cell& cell);

// --- stash ------------------------------------------------------------------------------------------------
/// @throws StashOverflow
void check_stash(Cell& cell);
void stash(Cell& cell, Envelope* letter);
void unstash_all(Cell& cell);
/// If the current message was asked through `asked`, the duty to answer it; else empty.
Destination take_current_destination(Cell& cell, const MessageOps* asked);

// --- watching ---------------------------------------------------------------------------------------------
using MakeTerminated = Envelope* (*)(Cell& watcher, std::uint64_t gen, Terminated&& news);
void watch(Cell& watcher, Cell& watched, std::uint64_t gen, MakeTerminated make);
void unwatch(Cell& watcher, Cell& watched, std::uint64_t gen);
/// Tells the watched actor that the watcher isn't interested any more.
void stop_watching(Cell& watcher, Cell& watched, std::uint64_t gen);
/// Takes the watch off the watcher's list; false: it was unwatched meanwhile.
bool end_watch(Cell& watcher, const Terminated& news);

// --- links ------------------------------------------------------------------------------------------------
void link(Cell& cell, Cell& other, std::uint64_t other_gen);
void unlink(Cell& cell, Cell& other, std::uint64_t other_gen);

/// Terminated as D would handle it, unless it was unwatched while it was queued. Nobody misses it when the
/// watcher is gone.
template <class D>
struct TerminatedOps {
  static void run(Cell& cell, Envelope& envelope) {
    auto& letter = static_cast<typename D::Box&>(envelope);
    if (!end_watch(cell, letter.message)) return drop(envelope, {});
    D::run(cell, envelope);
  }
  static void drop(Envelope& envelope, const Drop&) {
    static_cast<typename D::Box&>(envelope).message.~Terminated();
  }
};
template <class D>
inline constexpr MessageOps terminated_ops{&TerminatedOps<D>::run,
                                           &TerminatedOps<D>::drop,
                                           sizeof(typename D::Box),
                                           block_class(sizeof(typename D::Box)),
                                           Kind::control,
                                           D::is_task,
                                           D::ops.actor,
                                           D::ops.message};

// --- timers -----------------------------------------------------------------------------------------------
/// Arms a timer that sends `letter` once, or, given `copy`, what that makes of it after each `delay`. Owns
/// the letter from the call on. `number` is where the letter keeps the timer's number.
/// @throws UsageError: the delay is too short to be repeated
std::uint64_t arm_timer(Cell& cell, std::string_view key, std::chrono::nanoseconds delay, Envelope* letter,
                        std::uint64_t& number, Envelope* (*copy)(Cell&, const Envelope&));
bool cancel_timer(Cell& cell, std::uint64_t timer);
bool cancel_timer(Cell& cell, std::string_view key);
/// Whether a tick may be handled: its timer has neither been cancelled nor replaced since. A single tick
/// ends its timer.
bool accept_tick(Cell& cell, std::uint64_t timer);

template <class A, class M>
struct Tick : Letter<M, Sent::told> {
  using Told = Dispatch<A, M, Sent::told>;
  using Letter<M, Sent::told>::Letter;

  static void run(Cell& cell, Envelope& envelope) {
    if (!accept_tick(cell, static_cast<Tick&>(envelope).timer)) return drop(envelope, {});
    Told::run(cell, envelope);
  }
  static void drop(Envelope& envelope, const Drop&) { static_cast<Tick&>(envelope).message.~M(); }
  static Envelope* copy(Cell& cell, const Envelope& envelope) {
    const auto& tick = static_cast<const Tick&>(envelope);
    auto* made = make_letter<Tick>(cell, &ops, tick.addressee(), tick.message);
    made->timer = tick.timer;
    if (made->is_traced()) trace_tick(cell, *made, name_of(tick));
    return made;
  }

  static const MessageOps ops;
  std::uint64_t timer = 0;
};
template <class A, class M>
constexpr MessageOps Tick<A, M>::ops{&run,          &drop,         sizeof(Tick),   block_class(sizeof(Tick)),
                                     Kind::control, Told::is_task, type_name<A>(), type_name<M>()};

template <class A, bool repeats, class M>
std::uint64_t start_timer(Cell& cell, std::string_view key, std::chrono::nanoseconds delay, M message) {
  auto* tick = make_letter<Tick<A, M>>(cell, &Tick<A, M>::ops, cell.gen.load(std::memory_order_relaxed),
                                       std::move(message));
  Envelope* (*copy)(Cell&, const Envelope&) = nullptr;
  if constexpr (repeats) copy = &Tick<A, M>::copy;
  return arm_timer(cell, key, delay, tick, tick->timer, copy);
}

}  // namespace troupe::inline v0::detail

// A supervisor: what it knows, and what it does on news of its children.
//
// Thread-safety: on the supervisor's token. What its children's ends change (`at`, `significant`) is under
// its tree guard.
#pragma once

#include <cstdint>

#include <troupe/detail/cell.hpp>
#include <troupe/errors.hpp>
#include <troupe/options.hpp>
#include <troupe/ports/clock.hpp>

#include "supervision/restart_window.hpp"
#include "time/timer_service.hpp"

namespace troupe::inline v0::detail {

/// Where the restart of a group has got to.
enum class Stage : std::uint8_t {
  none,
  falling,  ///< its children are taken down, the last first
  waiting,  ///< for a backoff
  rising,   ///< they are started, the first first
};

struct Supervised;

struct Supervision {
  Supervision(const SupervisorOptions& how, bool is_pure) : options(how), pure(is_pure) {}

  // --- constant
  SupervisorOptions options;  ///< without its strings
  const bool pure;            ///< a supervisor and nothing else: its children survive its own restart

  // --- the token
  RestartWindow window;
  std::uint32_t from = 0;  ///< the group: all children from this ordinal on
  std::chrono::nanoseconds delay{};
  TimerTicket group_timer;
  std::uint64_t group_restarts = 0;  ///< numbers the timers of the group
  bool owes_up = false;              ///< its own supervisor waits until its children are up

  // --- the tree guard
  Stage stage = Stage::none;
  Cell* at = nullptr;             ///< the child that the group's restart has come to
  std::uint32_t significant = 0;  ///< living children whose end counts
  std::string failed_start;       ///< the child whose first start has failed, for who starts a tree
};

/// The supervisor's part in an actor's cell; null: it doesn't supervise.
Supervision* supervision_in(const Extra& extra);
inline Supervision* supervision_of(const Cell& cell) {
  return cell.extra ? supervision_in(*cell.extra) : nullptr;
}
/// Of a cell whose `supervision` is constant.
void begin_supervision(Cell& cell, const SupervisorOptions& options, bool pure);

/// Takes all children of a supervisor that is restarted itself down. True: they are.
bool all_down(Cell& supervisor);
/// It is up again: its children follow. Its own supervisor is told when they are up.
void raise_all(Cell& supervisor);

/// A restart of the group from this ordinal on.
void restart_group(Cell& supervisor, std::uint32_t from, std::chrono::nanoseconds delay);
/// Goes on with the restart of a group, if there is one, as far as its children let it.
void advance_group(Cell& supervisor);
/// The group's restart is given up: another decision has been made.
void abandon_group(Cell& supervisor);

/// A supervised child is about to leave the list. True: its supervisor wants to know.
/// @pre the supervisor's tree guard
bool leave_supervisor(const Cell& child, const Supervised& kept);
/// A child has left the list. `significant`: by itself, and it counts.
void hear_of_end(Cell& supervisor, bool significant);

/// The supervisor gives up.
void escalate(Cell& supervisor, const Escalated& why);

}  // namespace troupe::inline v0::detail

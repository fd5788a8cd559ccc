// What is kept of a supervised child, in its Extra, for as long as it is in the tree.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <troupe/detail/supervision_services.hpp>
#include <troupe/ports/clock.hpp>
#include <troupe/supervision.hpp>

#include "supervision/restart_window.hpp"
#include "time/timer_service.hpp"

namespace troupe::inline v0::detail {

struct Supervision;

/// A child, as its supervisor knows it: docs/design/supervision.md has the table.
enum class Phase : std::uint8_t { up, failed, falling, down, rising, leaving };

struct Supervised {
  Supervised(std::unique_ptr<Maker> kept, Restart kind, bool counts, Supervision& supervision)
      : maker(std::move(kept)), restart(kind), significant(counts), boss(supervision) {}

  // --- constant but for the maker, which the child's token holder may replace
  std::unique_ptr<Maker> maker;
  const Restart restart;
  const bool significant;
  Supervision& boss;  ///< its supervisor's, which outlives it

  // --- the supervisor's token, under its tree guard
  Phase phase = Phase::up;
  std::uint32_t failures = 0;  ///< in a row
  SteadyTime up_since{};
  TimerTicket restart_timer;

  // --- the child's token
  bool falling = false;      ///< its stop ends in Life::down
  bool start_due = false;    ///< to be started as soon as it is down
  bool stop_wanted = false;  ///< somebody has asked it to stop since it failed
  bool settled = false;      ///< it won't be restarted any more, whatever its kind
  bool ordered = false;      ///< it ends by its supervisor's order
  std::exception_ptr start_failure;

  // --- the child's token writes under its own tree guard, whoever holds that may read
  bool looks_down = false;
  std::uint32_t restarts = 0;
  RestartWindow recent;  ///< restarts within the supervisor's span; at most intensity.restarts + 1
  std::string last_cause;
  SteadyTime next_attempt{};
};

}  // namespace troupe::inline v0::detail

// What few actors need: allocated with the first use, gone with the actor.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <troupe/detail/actor_services.hpp>
#include <troupe/detail/await.hpp>

#include "time/timer_service.hpp"

namespace troupe::inline v0::detail {

class ThreadGroup;
struct Supervised;
struct Supervision;

/// An actor that wants to know of this one's end.
struct Watcher {
  Cell* cell;
  std::uint64_t gen;
  MakeTerminated make;
};
/// An actor whose end this one wants to know of.
struct Watched {
  Cell* cell;
  std::uint64_t gen;
};

struct ActorTimer {
  std::uint64_t number;
  std::string key;
  TimerTicket ticket;
  bool periodic;
};

/// An actor that fails with this one.
using Linked = Watched;

/// Token holder only, but for what is in `supervised` and `supervision`.
struct Extra : ExtraHead {
  Extra();
  ~Extra();  // where its parts are complete
  Extra(const Extra&) = delete;
  Extra& operator=(const Extra&) = delete;

  std::exception_ptr cause;                  ///< why it failed
  std::unique_ptr<Supervised> supervised;    ///< what its supervisor keeps of it
  std::unique_ptr<Supervision> supervision;  ///< what it keeps as a supervisor
  std::vector<Envelope*> retries;            ///< messages that failed, to be handled first by the next object
  std::vector<Linked> links;
  std::vector<Watcher> watchers;
  std::vector<Destination> joiners;
  std::vector<Watched> watched;
  std::vector<ActorTimer> timers;
  std::uint64_t last_timer = 0;
  std::deque<Envelope*> stash;
  std::deque<Envelope*> front;  ///< unstashed: handled before the lane
  std::size_t stash_capacity = 1000;
  std::uint64_t random_state = 0;
  bool random_seeded = false;
  TimerTicket child_deadline;        ///< while its children stop
  SteadyTime child_told{};           ///< when the child that is waited for was told to stop
  ThreadGroup* own_group = nullptr;  ///< of a pinned actor
};

}  // namespace troupe::inline v0::detail

// What the surface of supervision asks of the runtime.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include <troupe/detail/cell.hpp>
#include <troupe/options.hpp>
#include <troupe/tree.hpp>

namespace troupe::inline v0::detail {

using Address = std::pair<Cell*, std::uint64_t>;

/// How to build an actor's object once more.
class Maker {
 public:
  Maker() = default;
  Maker(const Maker&) = delete;
  Maker& operator=(const Maker&) = delete;
  virtual ~Maker() = default;

  /// @throws what the actor's constructor throws, and leaves no object behind
  virtual void* make(Cell& cell) = 0;
};

/// Spawns a child under a supervisor; the maker is the runtime's. Unless it is temporary, a constructor that
/// throws is tried again at once, as often as the supervisor's intensity allows restarts.
/// @throws as Spawning(), and what the constructor threw last
Address spawn_kept(Cell& supervisor, std::uint64_t gen, const SpawnOptions& options, const ActorOps& ops,
                   Maker* maker);
/// Spawns a supervisor. `supervised`: under one itself. @throws as Spawning()
Address spawn_supervisor(Cell& parent, std::uint64_t gen, const SupervisorOptions& options, bool supervised);

// By hand: nothing happens to what isn't a child of the supervisor, but for a line in the log.
void restart_child(Address supervisor, Address child);
void stop_child(Address supervisor, Address child);
/// The maker is the runtime's from the call on.
void replace_child(Address supervisor, Address child, Maker* maker);

/// The supervisor's children, oldest first. From any thread.
Tree children_of(Address supervisor);

/// Stops what a failed start of a tree has left behind, and waits for its end where that is allowed.
/// @throws SpawnError
[[noreturn]] void fail_start(Address supervisor, std::exception_ptr cause);

}  // namespace troupe::inline v0::detail

// What becomes of messages that nobody is left to handle: those of an actor that has ended, and those that
// come late to where it lived.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <troupe/detail/await.hpp>
#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

using Joins = std::vector<Destination>;

/// Tells the asker, the dead letters and the tracer. The block stays.
void drop(Cell& receiver, Envelope& envelope, const Drop& why);
/// Drops a message that was sent to an earlier actor of this cell. @pre the caller holds the token
void drop_stale(Cell& cell, Envelope& envelope);

/// Empties both lanes until the cell can rest as dead. Afterwards it isn't the caller's any more. `path`
/// keeps the path of `why`, if that had to be worked out; `joins` are those that are answered when the
/// watchers have been told, or null: at once. @pre the caller holds the token, and has a DrainScope
void drain(Cell& cell, Drop& why, std::string& path, std::uint64_t ended_gen, Joins* joins);
/// The same of a cell whose actor has ended before.
void drain_nobody(Cell& cell, Runtime* runtime);

/// The cells that this thread comes to drain while it drains another are drained at the end of the outermost
/// scope.
class DrainScope {
 public:
  DrainScope();
  DrainScope(const DrainScope&) = delete;
  DrainScope& operator=(const DrainScope&) = delete;
  ~DrainScope();

 private:
  bool outermost_;
};

/// If this is a wish to hear of the end that has come while its actor ended: keeps whom to answer.
bool keep_join(Envelope& envelope, Joins& joins);

}  // namespace troupe::inline v0::detail

// The letters between a supervisor and its children. All travel as signals.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/supervision_services.hpp>
#include <troupe/ports/clock.hpp>

namespace troupe::inline v0::detail {

// --- news, of a child to its supervisor -------------------------------------------------------------------

enum class News : std::uint8_t {
  failed,        ///< waits to be restarted
  escalates,     ///< the same, but its supervisor shall fail
  ended,         ///< it has ended otherwise, and waits for a word
  down,          ///< its object is gone
  start_failed,  ///< its object could not be built
  up,
};

struct ChildNews : Envelope {
  using Envelope::Envelope;
  Cell* child = nullptr;
  std::uint64_t child_gen = 0;
  News news{};
  SteadyTime at{};  ///< when it happened: its supervisor may hear of it later
  std::exception_ptr cause;
};
void tell_supervisor(const Cell& child, News news, std::exception_ptr cause = nullptr);

// --- orders, of a supervisor to a child -------------------------------------------------------------------

/// Ends its object, to be started again at `next_attempt`, if that is known.
void order_take_down(Address child, SteadyTime next_attempt);
void order_start(Address child);
/// Ends for good, at once. Up: with all that it has queued.
void order_remove(Address child);
/// Whatever ends it from now on ends it for good.
void order_settle(Address child);
/// Is built by this maker from now on.
void order_maker(Address child, std::unique_ptr<Maker> maker);

}  // namespace troupe::inline v0::detail

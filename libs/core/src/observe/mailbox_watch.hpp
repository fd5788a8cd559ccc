// Whose messages wait too long. Messages carry no time: what is compared are counts. Of an actor that has d
// messages in its mailbox, and has handled h of them by then, the last of the d has waited for at least as
// long as `handled` takes to reach h + d. (Where new messages displace old ones those count as well, unless
// nothing has been handled at all.)
//
// A look goes over all cells of the process, in the order of their memory, without a lock: of those that are
// idle it reads a word or two. Only of the others something is kept from one look to the next.
//
// Not thread-safe: one thread at a time looks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <troupe/detail/cell.hpp>
#include <troupe/ports/clock.hpp>
#include <troupe/stall.hpp>

namespace troupe::inline v0::detail {

class MailboxWatch {
 public:
  enum class Over : std::uint8_t {
    all,      ///< all actors
    the_busy  ///< only those that were not idle at the last look: enough while no worker works
  };

  struct Bounds {
    /// Actors of which something is kept. Of more, a sample is.
    std::size_t kept;
    /// Mailboxes counted in one look: each count interrupts the workers, and may hold up its actor.
    std::size_t counted;
    /// Stalls that stand at one time.
    std::size_t named;
  };

  void begin(Runtime& runtime, std::chrono::nanoseconds limit, const Bounds& bounds);
  /// Ends what was named. @pre no actor lives
  void end(SteadyTime now, std::vector<Stall>& news);

  void look(SteadyTime now, Over whom, std::vector<Stall>& news);
  /// Whether any actor wasn't idle at the last look.
  bool saw_anybody_busy() const { return !busy_.empty(); }
  /// Whether the last look has seen more busy ones than are kept.
  bool saw_too_many() const { return left_out_ != 0; }
  /// How many the last look has left unnamed, for the bound's sake.
  std::size_t unnamed() const { return unnamed_; }

 private:
  struct Named {
    Stall stall;
    SteadyTime since{};
  };
  /// An actor that isn't idle.
  struct Busy {
    std::uint64_t gen = 0;
    std::uint64_t look = 0;  ///< the last one that found it so
    // The window: so many messages were in its mailbox at `since`, when it had handled so many. None: it
    // hasn't been counted yet, or nothing was there.
    std::size_t waiting = 0;
    std::uint64_t handled = 0;
    std::uint64_t displaced = 0;
    SteadyTime since{};
    std::uintptr_t empty_word = 0;  ///< the lane's word when it was found empty: until it changes it still is
    // The turn that it is in.
    const MessageOps* turn = nullptr;
    std::uint64_t turn_number = 0;
    SteadyTime turn_since{};
    bool moves = false;  ///< it has handled something between the last two looks
    std::unique_ptr<Named> named;
  };
  struct Candidate {
    Cell* cell;
    Busy* busy;
    bool moves;  ///< it has handled something since the last look, or wasn't there
  };

  void see(Cell& cell, SteadyTime now, std::vector<Stall>& news);
  /// Null: it is left out.
  Busy* keep(Cell& cell);
  void judge(Cell& cell, Busy& busy, SteadyTime now, std::vector<Stall>& news);
  void name(Cell& cell, Busy& busy, SteadyTime now, std::vector<Stall>& news);
  void count(Cell& cell, Busy& busy, SteadyTime now, std::vector<Stall>& news);
  void count_candidates(SteadyTime now, std::vector<Stall>& news);
  void forget(SteadyTime now, std::vector<Stall>& news);
  void end_stall(Busy& busy, SteadyTime now, std::vector<Stall>& news);
  Runtime* runtime_ = nullptr;
  std::chrono::nanoseconds limit_{};
  Bounds bounds_{};
  std::uint64_t look_ = 0;
  std::size_t named_ = 0;
  std::size_t unnamed_ = 0;
  std::size_t left_out_ = 0;  ///< by this look
  std::uint64_t one_of_ = 1;  ///< of so many new ones, this look keeps one
  std::unordered_map<Cell*, Busy> busy_;
  std::vector<Candidate> candidates_;
};

}  // namespace troupe::inline v0::detail

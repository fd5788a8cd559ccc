// A worker's senders: actors that have sent so much to busy ones that they make way for those. See
// docs/design/making_way.md.
#pragma once

#include <cstddef>
#include <cstdint>

#include <troupe/detail/cell.hpp>
#include <troupe/ports/clock.hpp>

#include "scheduler/pace.hpp"
#include "scheduler/sender_queue.hpp"

namespace troupe::inline v0::detail {

class Worker;

class Senders {
 public:
  explicit Senders(Worker& worker) : worker_(worker) {}

  // --- its worker's thread ------------------------------------------------------------------------------
  /// Of a cell whose token the caller holds, and whose activation has just ended before it was done. True:
  /// the token is elsewhere now. False: it goes on as others do.
  bool take_over(Cell& cell);
  /// Runs the one that waits longest. False: none does.
  bool run_one();

  // --- any thread ---------------------------------------------------------------------------------------
  Cell* steal() { return waiting_.steal(); }
  Cell* take_waiting_since(SteadyTime before) { return waiting_.take_waiting_since(before); }
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  bool has_stealable() const { return waiting_.has_stealable(); }

 private:
  // All of these: false: the token is the caller's still, and the cell is to go on as others do.
  bool run(Sender& sender);
  bool place(Sender& sender, Pace pace);
  bool send_to_host(Sender& sender, Pace pace);
  bool keep_guest(Sender& guest, Pace together);
  bool take_in(const Sender& sender) noexcept;

  /// From the beginning of a guest's activation to that of the next: the receiver's share is in it.
  struct Cycle {
    const Cell* target = nullptr;
    SteadyTime began{};
    std::uint32_t sends = 0;
  };
  /// The pace of the cycle that ends here; unknown if it was of another receiver's guest.
  Pace begin_cycle(const Sender& guest, SteadyTime now);

  Worker& worker_;
  SenderQueue waiting_;
  Cycle cycle_;
};

}  // namespace troupe::inline v0::detail

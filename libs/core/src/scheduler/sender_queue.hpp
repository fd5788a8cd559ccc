// Senders that make way for their receivers: see docs/design/making_way.md.
//
// Thread-safety: all functions from any thread, where nothing else is said.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

#include <troupe/detail/cell.hpp>
#include <troupe/ports/clock.hpp>

#include "scheduler/pace.hpp"

namespace troupe::inline v0::detail {

/// An actor whose token is with who holds this.
struct Sender {
  Cell* cell = nullptr;          ///< null: there is none
  const Cell* target = nullptr;  ///< whom it sent to last
  bool receives = false;         ///< it is no sender, but what others here send to
  bool has_host = false;         ///< it is to run in the worker in which all run who send there
  Pace apart{};  ///< how it got on elsewhere, as long as it has to show that it is faster here
  std::uint32_t activations = 0;
};

class SenderQueue {
 public:
  struct Pushed {
    bool taken = false;      ///< false: there is no memory for it
    bool stealable = false;  ///< others could run some of them, see steal()
  };
  /// Receivers come before senders.
  Pushed push(const Sender& sender, SteadyTime now) noexcept;
  /// Its owner's thread: the one that waits longest.
  Sender pop();
  /// One that sends to somebody else than the last that the owner has taken, and isn't bound to a host. Null:
  /// there is none.
  Cell* steal();
  /// The one that waits longest, if it has waited for so long.
  Cell* take_waiting_since(SteadyTime before);

  bool empty() const { return count_.load(std::memory_order_relaxed) == 0; }
  std::size_t size() const { return count_.load(std::memory_order_relaxed); }
  bool has_stealable() const { return stealable_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    Sender sender;
    SteadyTime since;
  };
  /// @pre the mutex is held
  Sender take(std::deque<Entry>::iterator entry);
  bool is_stealable(const Entry& entry) const {
    return entry.sender.target != engaged_ && !entry.sender.has_host && !entry.sender.receives;
  }

  std::mutex mutex_;
  std::deque<Entry> entries_;
  const Cell* engaged_ = nullptr;  ///< the target of the last that was popped
  // Hints, stored under the mutex and read without it: who needs to be sure takes the mutex.
  std::atomic<std::uint32_t> count_{0};
  std::atomic<bool> stealable_{false};
};

}  // namespace troupe::inline v0::detail

// Where a plain thread gets the answers to what it asked.
//
// Thread-safety: push() from any thread, the rest from the owner's. Type-stable: an answer that nobody
// waits for any more may arrive after the thread has ended; the inbox's next owner drops it.
#pragma once

#include <atomic>
#include <chrono>

#include <troupe/detail/await.hpp>

#include "memory/futex.hpp"

namespace troupe::inline v0::detail {

class ThreadInbox {
 public:
  /// The calling thread's.
  static ThreadInbox& mine();

  void push(AnswerEnvelope* answer) noexcept;

  /// Takes answers until the waiting is over, or nothing can answer any more (false: a single-threaded
  /// scheduler has run dry).
  bool wait(Waiting& waiting, Runtime* runtime);
  /// As wait(), for at most `limit`: of real time on threads, else of the driver's. False: not over yet.
  bool wait_for(Waiting& waiting, Runtime& runtime, std::chrono::nanoseconds limit);

  /// As mine(). Null: the calling thread is about to end, and has none any more.
  static ThreadInbox* mine_or_null() noexcept;

  /// Whether no answer waits for its thread. From any thread.
  bool is_empty() const noexcept { return newest_.load(std::memory_order_acquire) == nullptr; }

  /// As Cell::waits_for, while its thread sleeps, or drives a system, in get().
  std::atomic<std::uintptr_t> waits_for{0};

 private:
  /// False: there was none.
  bool take_all();
  bool drive(Waiting& waiting, Driver& driver, std::chrono::nanoseconds until);

  std::atomic<Envelope*> newest_{nullptr};  ///< linked through Node::next, newest first
  Doorbell doorbell_;
};

}  // namespace troupe::inline v0::detail

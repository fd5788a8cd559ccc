// Who of a WorkPool's workers is free, and which jobs wait for one that have begun.
//
// Invariants
//  1. While no worker is free the pool's mailbox is held: a job that has not begun waits in it.
//  2. A job that begins again waits in `waiting_`: it comes before all of the mailbox.
//  3. A worker that has crashed is free when it has handled a letter that was sent behind its last job.
#pragma once

#include <coroutine>
#include <cstddef>
#include <vector>

#include <troupe/ask.hpp>
#include <troupe/detail/dead_letter_box.hpp>
#include <troupe/detail/pool_core.hpp>

namespace troupe::inline v0::detail {

class WorkCore : public PoolCore {
 public:
  WorkCore(Address pool, const PoolOptions& options, Hiring* hiring, const MessageOps& orders);

  /// Whether the job may have failed for its worker's sake.
  static bool is_crash(const AskError& error);

  /// Makes a worker busy. False: none is free.
  bool take(Address& worker);
  void wait(Destination job) { waiting_.push_back(job); }
  void set_free(Address worker);
  /// It has crashed, or ended: it is free when it handles messages again.
  void await_return(Address worker);
  void obey(const PoolOrder& order);
  void give_up(const MessageOps& job, const AskError& why, Poison poison);

 private:
  /// Hands free workers to those who wait, or opens the mailbox to the next job.
  void distribute();
  /// The next one in turn: who has just crashed on a job isn't the first to have it again.
  Seat* free_seat();
  Address take_seat(Seat& seat);

  const MessageOps& orders_;
  std::size_t turn_ = 0;
  std::vector<Destination> waiting_;
};

class FreeWorkerAwaiter {
 public:
  explicit FreeWorkerAwaiter(WorkCore& core) : core_(core) {}
  FreeWorkerAwaiter(const FreeWorkerAwaiter&) = delete;
  FreeWorkerAwaiter& operator=(const FreeWorkerAwaiter&) = delete;

  bool await_ready() { return core_.take(worker_); }
  void await_suspend(std::coroutine_handle<> handle);
  Address await_resume() { return sink_.value ? *sink_.value : worker_; }

 private:
  WorkCore& core_;
  Address worker_{};
  Waiting waiting_{Waiting::Until::all, 1};
  Sink<Address> sink_{waiting_, false};
};

/// Awaits a free worker, which is the awaiter's then.
struct FreeWorker {
  using troupe_awaitable = void;
  auto operator co_await() const { return FreeWorkerAwaiter(core); }
  WorkCore& core;
};

}  // namespace troupe::inline v0::detail

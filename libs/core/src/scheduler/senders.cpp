#include "scheduler/senders.hpp"

#include <troupe/detail/context.hpp>

#include "scheduler/colocation.hpp"
#include "scheduler/thread_group.hpp"
#include "scheduler/worker.hpp"

namespace troupe::inline v0::detail {

namespace {
// Who sends less in an activation isn't looked at.
constexpr std::uint32_t much = 384;
// A message that costs its sender more may be worth another processor, with all the cache lines that go over
// then.
constexpr std::chrono::nanoseconds worth_sharing{50};
// Other senders, and the receiver, come to the host one after the other: so long a trial takes.
constexpr std::uint32_t activations_of_trial = 4;
// Then a guest runs freely once, and so shows how it gets on without.
constexpr std::uint32_t activations_at_host = 64;
}  // namespace

bool Senders::take_over(Cell& cell) {
  if (Worker* host = worker_.group().host_of(cell); host && host != &worker_) [[unlikely]]
    return host->senders().take_in({.cell = &cell, .receives = true});
  if (context.sends_made() < much) return false;
  Sender sender{.cell = &cell};
  return run(sender);
}

bool Senders::run_one() {
  Sender sender = waiting_.pop();
  if (!sender.cell) return false;
  // A worker that was woken has found something: whoever wakes next may search.
  worker_.group().stop_searching(worker_);
  if (sender.receives) {
    const RunnerScope scope;
    worker_.run(*sender.cell);
  } else if (!run(sender)) {
    worker_.push_last(*sender.cell);
  }
  return true;
}

bool Senders::run(Sender& sender) {
  const RunnerScope scope;
  const SteadyTime begin = system_clock().now();
  if (!worker_.run_sender(*sender.cell)) return true;
  const Pace pace(system_clock().now() - begin, context.sends_made());
  sender.target = context.sent_to;
  ++sender.activations;
  return place(sender, pace);
}

bool Senders::place(Sender& sender, Pace pace) {
  if (sender.has_host) return keep_guest(sender, pace);
  if (worker_.group().size() == 1) return take_in(sender);
  return pace.is_slower_than(worth_sharing) ? send_to_host(sender, pace) : take_in(sender);
}

bool Senders::send_to_host(Sender& sender, Pace pace) {
  ThreadGroup& group = worker_.group();
  if (!sender.target || !group.can_colocate(*sender.target)) return false;
  sender.has_host = true;
  sender.activations = 0;
  sender.apart = group.colocation().is_trusted() ? Pace() : pace;
  Worker* const host = group.host_of(*sender.target);
  if (host) return host->senders().take_in(sender);
  group.colocation().gather(*sender.target, worker_.index());
  return take_in(sender);
}

bool Senders::keep_guest(Sender& sender, Pace pace) {
  ThreadGroup& group = worker_.group();
  if (sender.apart.is_known()) {
    // More than all workers together: the receiver, who has its time here as well, isn't measured.
    if (pace.beats(sender.apart, group.size() + 1)) {
      group.colocation().note_success();
      sender.apart = {};
    } else if (sender.activations >= activations_of_trial) {
      group.colocation().note_failure();
      return false;
    }
  }
  if (sender.activations >= activations_at_host) return false;
  group.colocation().gather(*sender.target, worker_.index());
  return take_in(sender);
}

bool Senders::take_in(const Sender& sender) noexcept {
  const auto pushed = waiting_.push(sender, system_clock().now());
  if (!pushed.taken) return false;
  if (context.worker != &worker_) {
    worker_.ring_doorbell();
  } else if (pushed.stealable) {
    worker_.group().wake_one_if_idle();
  }
  return true;
}

}  // namespace troupe::inline v0::detail

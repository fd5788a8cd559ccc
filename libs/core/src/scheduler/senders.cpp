#include "scheduler/senders.hpp"
#include <algorithm>
#include <thread>
#include <utility>

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

void Context::let_others_run() noexcept {
  // A turn comes to its end by itself, and then the worker sees to it.
  if (worker || running->cell) return;
  sends_left = sends_per_activation;
  std::this_thread::yield();
}

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
    worker_.run_receiver(*sender.cell);
  } else if (!run(sender)) {
    worker_.push_last(*sender.cell);
  }
  return true;
}

bool Senders::run(Sender& sender) {
  const RunnerScope scope;
  const SteadyTime begin = system_clock().now();
  const Pace together = sender.has_host ? begin_cycle(sender, begin) : Pace();
  if (!worker_.run_sender(*sender.cell)) return true;
  const std::uint32_t sends = context.sends_made();
  if (sends < much) return false;
  if (sender.has_host) {
    cycle_.sends = sends;
  } else {
    sender.target = context.sent_to;
  }
  ++sender.activations;
  return sender.has_host ? keep_guest(sender, together)
                         : place(sender, Pace(system_clock().now() - begin, sends));
}

Pace Senders::begin_cycle(const Sender& guest, SteadyTime now) {
  const Cycle last = std::exchange(cycle_, {guest.target, now, 0});
  return last.target == guest.target && last.sends != 0 ? Pace(now - last.began, last.sends) : Pace();
}

bool Senders::place(Sender& sender, Pace pace) {
  ThreadGroup& group = worker_.group();
  if (group.size() == 1) return take_in(sender);
  const bool is_slow = pace.is_slower_than(worth_sharing);
  if ((is_slow || group.runs_elsewhere(sender.target, worker_)) && send_to_host(sender, pace)) return true;
  return !is_slow && take_in(sender);
}

bool Senders::send_to_host(Sender& sender, Pace pace) {
  ThreadGroup& group = worker_.group();
  if (!sender.target || !group.can_colocate(*sender.target)) return false;
  Sender guest = sender;
  guest.has_host = true;
  guest.activations = 0;
  guest.apart = group.colocation().is_trusted() ? Pace() : pace;
  if (Worker* const host = group.host_of(*guest.target)) return host->senders().take_in(guest);
  group.colocation().gather(*guest.target, worker_.index());
  return take_in(guest);
}

bool Senders::keep_guest(Sender& guest, Pace together) {
  ThreadGroup& group = worker_.group();
  if (guest.apart.is_known()) {
    // All who send there would be at it at the same time elsewhere.
    const auto at_once = std::min<std::size_t>(waiting_.size() + 1, group.size());
    if (together.is_known() && together.beats(guest.apart, static_cast<unsigned>(at_once))) {
      group.colocation().note_success();
      guest.apart = {};
    } else if (guest.activations >= activations_of_trial) {
      group.colocation().note_failure();
      return false;
    }
  }
  if (guest.activations >= activations_at_host) return false;
  group.colocation().gather(*guest.target, worker_.index());
  return take_in(guest);
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

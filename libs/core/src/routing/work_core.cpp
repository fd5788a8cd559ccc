#include <algorithm>
#include <string>
#include <utility>

#include <troupe/detail/actor_services.hpp>
#include <troupe/detail/router.hpp>
#include <troupe/detail/work_core.hpp>
#include <troupe/errors.hpp>

#include "observe/describe.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

namespace {

/// Sent to a worker behind a job that has failed: when its turn comes, the worker is there again.
struct ReturnProbe : Envelope {
  ReturnProbe(const MessageOps* operations, Address to, Address from, const MessageOps& pool_orders)
      : Envelope(operations, to.second), worker(to), pool(from), orders(&pool_orders) {}
  Address worker;
  Address pool;
  const MessageOps* orders;
};

void report_to_pool(const Envelope& envelope, PoolOrder::What what) {
  const auto& probe = static_cast<const ReturnProbe&>(envelope);
  auto [pool, gen] = probe.pool;
  send_signal(*pool, make_envelope<PoolOrder>(probe.orders, gen, what, std::size_t{0}, probe.worker));
}
void worker_is_back(Cell&, Envelope& probe) { report_to_pool(probe, PoolOrder::What::back); }
void worker_has_ended(Envelope& probe, const Drop&) { report_to_pool(probe, PoolOrder::What::ended); }

constexpr MessageOps probe_ops{worker_is_back,
                               worker_has_ended,
                               sizeof(ReturnProbe),
                               block_class(sizeof(ReturnProbe)),
                               Kind::control,
                               false,
                               "",
                               "a probe"};

constexpr MessageOps free_worker_ops{nullptr, nullptr, 0, 0, Kind::control, false, "a pool", "a free worker"};

}  // namespace

WorkCore::WorkCore(Address owner, const PoolOptions& options, Hiring* hiring, const MessageOps& orders)
    : PoolCore(owner, options, hiring), orders_(orders) {
  if (options.attempts == 0)
    throw UsageError("a job needs an attempt at least: set PoolOptions::attempts to 1 or more");
}

bool WorkCore::is_crash(const AskError& error) {
  const Reason reason = error.reason();
  return reason == Reason::failed || reason == Reason::stopped || reason == Reason::killed;
}

Seat* WorkCore::free_seat() {
  const std::size_t count = seats().size();
  for (std::size_t i = 0; i < count; ++i) {
    Seat& seat = seats()[(turn_ + i) % count];
    if (seat.idle) return &seat;
  }
  return nullptr;
}

Address WorkCore::take_seat(Seat& seat) {
  seat.idle = false;
  turn_ = static_cast<std::size_t>(&seat - seats().data()) + 1;
  return seat.worker;
}

bool WorkCore::take(Address& worker) {
  Seat* seat = free_seat();
  if (!seat) return false;
  worker = take_seat(*seat);
  hold_mail(*pool().first, free_seat() == nullptr);
  return true;
}

void WorkCore::set_free(Address worker) {
  if (Seat* seat = find(worker)) seat->idle = true;
  distribute();
}

void WorkCore::await_return(Address worker) {
  if (!find(worker)) return;
  send(*worker.first, make_envelope<ReturnProbe>(&probe_ops, worker, pool(), orders_));
}

void WorkCore::obey(const PoolOrder& order) {
  switch (order.what) {
    case PoolOrder::What::resize:
      resize(order.size);
      return distribute();
    case PoolOrder::What::back:
      return set_free(order.worker);
    case PoolOrder::What::ended:
      remove(order.worker);
      return distribute();
  }
}

void WorkCore::distribute() {
  Seat* seat = free_seat();
  while (seat && !waiting_.empty()) {
    const Destination next = waiting_.front();
    waiting_.erase(waiting_.begin());
    send_value<Address>(next, take_seat(*seat));
    seat = free_seat();
  }
  hold_mail(*pool().first, seat == nullptr);
}

void WorkCore::give_up(const MessageOps& job, const AskError& why, Poison poison) {
  Cell& cell = *pool().first;
  Runtime& runtime = cell.group().runtime();
  const std::exception_ptr cause = why.cause() ? why.cause() : std::make_exception_ptr(why);
  runtime.log().write(LogLevel::warning, describe_actor(cell) + " gives up on " + std::string(job.message) +
                                             ", which has failed " + std::to_string(poison.attempts) +
                                             " times: it is put in quarantine");
  runtime.quarantine().add(cell, job, cause, std::move(poison));
  runtime.supervision_events().publish(cell, SupervisionKind::quarantined, job.message, cause, 0);
}

void FreeWorkerAwaiter::await_suspend(std::coroutine_handle<> handle) {
  waiting_.suspend(handle);
  auto [cell, gen] = core_.pool();
  core_.wait(sink_.open(*cell, gen, &free_worker_ops));
}

}  // namespace troupe::inline v0::detail

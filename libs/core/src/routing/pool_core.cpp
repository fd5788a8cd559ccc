#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>

#include <troupe/detail/actor_services.hpp>
#include <troupe/detail/pool_core.hpp>
#include <troupe/errors.hpp>

#include "lifecycle/control.hpp"
#include "lifecycle/stop.hpp"
#include "observe/describe.hpp"
#include "supervision/child.hpp"
#include "supervision/orders_carried_out.hpp"
#include "supervision/supervision.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {

void check_size(std::size_t size) {
  if (size == 0)
    throw UsageError("a pool needs a worker at least: give it a size of 1 or more, or stop it instead");
}

/// Its options as those of its supervision, which nobody has looked at yet: it has no children.
void supervise_by(Cell& pool, const PoolOptions& options) {
  SupervisorOptions& mine = supervision_of(pool)->options;
  mine.intensity = options.intensity;
  mine.backoff = options.backoff;
  mine.decide = options.decide;
}

bool is_in_turn(const Cell& cell) {
  // relaxed: a guess, as all that is read of a worker here
  const MessageOps* activity = cell.activity.load(std::memory_order_relaxed);
  return activity != &at_rest && activity != &between;
}

/// Messages that it has not handled yet.
std::uint64_t load_of(Seat& seat) {
  const Cell& cell = *seat.worker.first;
  const std::uint64_t handled = cell.handled.load(std::memory_order_relaxed);
  // What it was sent by others has been counted by `handled` alone: begin anew from here.
  if (cell.lanes.looks_idle() || handled > seat.sent) seat.sent = handled;
  return seat.sent - handled + (is_in_turn(cell) ? 1 : 0);
}

// A stop that a worker comes to in its mailbox, whatever happens to it until then: one that waits for its
// restart would be ended at once by its supervisor's order, and what is in its mailbox lost.
void end_service(Cell& worker, Envelope&) {
  if (supervised(worker)) settle(worker);
  begin_stop(worker, StopReason::stopped);
}
constexpr const MessageOps& end_of_service = Control<end_service>::ops_for<Envelope>;
void dismiss(Address worker) { send(*worker.first, make_envelope<Envelope>(&end_of_service, worker.second)); }

constexpr MessageOps pool_itself{nullptr, nullptr, 0, 0, Kind::control, false, "", "the end of its workers"};

}  // namespace

PoolCore::PoolCore(Address pool, const PoolOptions& options, Hiring* hiring)
    : pool_(pool), options_(options), hiring_{hiring} {
  try {
    check_size(options.size);
    if (!options.worker.name.empty())
      throw UsageError("the workers of a pool can't all be named '" + std::string(options.worker.name) +
                       "': leave out the name in PoolOptions::worker");
    if (options_.worker.restart == Restart::by_default) options_.worker.restart = Restart::permanent;
    supervise_by(*pool_.first, options_);
    seats_.reserve(options.size);
    while (seats_.size() < options.size) hire();
  } catch (...) {
    delete hiring_.owned;
    throw;
  }
}

void PoolCore::hire() {
  const Address worker = hiring_.owned->hire(*pool_.first, pool_.second, options_.worker);
  seats_.push_back({worker, worker.first->handled.load(std::memory_order_relaxed)});
}

void PoolCore::resize(std::size_t size) {
  try {
    while (seats_.size() < size) hire();
  } catch (...) {
    log_of(*pool_.first)
        .write(LogLevel::error, describe_actor(*pool_.first) + " can't grow beyond " +
                                    std::to_string(seats_.size()) +
                                    " workers: " + describe_exception(std::current_exception()));
  }
  while (seats_.size() > size) {
    dismiss(seats_.back().worker);
    seats_.pop_back();
  }
}

Seat* PoolCore::find(Address worker) {
  const auto found =
      std::find_if(seats_.begin(), seats_.end(), [&](const Seat& seat) { return seat.worker == worker; });
  return found == seats_.end() ? nullptr : &*found;
}

bool PoolCore::remove(Address worker) {
  Seat* seat = find(worker);
  if (!seat) return false;
  // The last one takes its place, so that the keys of two workers move, and no others.
  *seat = seats_.back();
  seats_.pop_back();
  if (seats_.empty()) {
    fail_actor(*pool_.first, pool_itself,
               std::make_exception_ptr(std::runtime_error("all workers of the pool have ended")));
  }
  return true;
}

std::size_t least_loaded(std::vector<Seat>& seats, std::size_t& turn) {
  std::size_t best = 0;
  std::uint64_t fewest = ~std::uint64_t{0};
  for (std::size_t i = 0; i < seats.size(); ++i) {
    const std::size_t place = (turn + i) % seats.size();
    const std::uint64_t load = load_of(seats[place]);
    if (load < fewest) {
      fewest = load;
      best = place;
    }
    if (fewest == 0) break;
  }
  turn = best + 1;
  return best;
}

std::size_t place_of(std::uint64_t key, std::size_t places) {
  // std::hash of a number is the number.
  key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9u;
  key = (key ^ (key >> 27)) * 0x94D049BB133111EBu;
  key ^= key >> 31;
  std::int64_t place = -1;
  std::int64_t next = 0;
  while (next < static_cast<std::int64_t>(places)) {
    place = next;
    key = key * 2862933555777941757u + 1;
    next = static_cast<std::int64_t>(static_cast<double>(place + 1) *
                                     (0x1p31 / static_cast<double>((key >> 33) + 1)));
  }
  return static_cast<std::size_t>(place);
}

void send_resize(Address pool, const MessageOps& ops, std::size_t size) {
  auto [cell, gen] = pool;
  if (cell == &nobody()) refuse_empty_address();
  check_size(size);
  send_signal(*cell, make_envelope<PoolOrder>(&ops, gen, PoolOrder::What::resize, size, Address{}));
}

bool obeys(const Cell& pool) {
  return pool.condition.life == Life::running || pool.condition.life == Life::draining;
}

}  // namespace troupe::inline v0::detail

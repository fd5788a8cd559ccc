// What pools of workers have in common, whatever the class of the workers.
// Thread-safety: on the pool's token, but for send_resize().
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <troupe/detail/maker.hpp>
#include <troupe/options.hpp>

namespace troupe::inline v0 {

/// Of a Pool or a WorkPool. What its strings point to must outlive the pool.
struct PoolOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  /// How many workers; at least 1.
  std::size_t size = 1;
  /// How each of them is spawned: without a name, and permanent where `restart` says nothing else.
  SpawnOptions worker = {};
  // How the pool supervises them: as in SupervisorOptions. A pool that gives up fails.
  Intensity intensity = {};
  Backoff backoff = {};
  Decision (*decide)(const std::exception_ptr& cause) = nullptr;
  /// Of a WorkPool: how often a job is handed to a worker, if workers crash on it; at least 1.
  unsigned attempts = 3;
};

/// Asks a pool for its workers: `pool.ask<troupe::Workers>()` yields their Refs, in order.
struct Workers {};

namespace detail {

/// Spawns workers, each of copies of the same arguments.
class Hiring {
 public:
  Hiring() = default;
  Hiring(const Hiring&) = delete;
  Hiring& operator=(const Hiring&) = delete;
  virtual ~Hiring() = default;
  /// @throws as Supervisor::spawn()
  virtual Address hire(Cell& pool, std::uint64_t gen, const SpawnOptions& options) = 0;
};

template <class W, class... Args>
class HiringOf final : public Hiring {
 public:
  template <class... Given>
  explicit HiringOf(Given&&... given) : arguments_(unwrap_mover(std::forward<Given>(given))...) {}

  Address hire(Cell& pool, std::uint64_t gen, const SpawnOptions& options) override {
    const Ref<W> worker = std::apply(
        [&](const Args&... each) { return spawn_supervised<W>(pool, gen, options, Args(each)...); },
        arguments_);
    return {worker.cell_address_(), worker.generation_()};
  }

 private:
  std::tuple<Args...> arguments_;
};
template <class W, class... Args>
Hiring* make_hiring(Args&&... args) {
  return new HiringOf<W, std::decay_t<unwrapped_t<Args>>...>(std::forward<Args>(args)...);
}

struct Seat {
  Address worker;
  std::uint64_t sent = 0;  ///< by the pool, or what the worker had handled when it was last seen idle
  bool idle = true;        ///< of a WorkPool: it may have the next job
};

class PoolCore {
 public:
  /// Spawns the workers. Owns the hiring. @throws as Supervisor::spawn(), and UsageError: it has no worker
  PoolCore(Address pool, const PoolOptions& options, Hiring* hiring);
  PoolCore(const PoolCore&) = delete;
  PoolCore& operator=(const PoolCore&) = delete;
  ~PoolCore() { delete hiring_.owned; }

  std::vector<Seat>& seats() { return seats_; }
  Address pool() const { return pool_; }
  unsigned attempts() const { return options_.attempts; }
  /// Spawns and stops workers at the end. One that can't be spawned is logged, and left out.
  void resize(std::size_t size);
  /// A worker has ended for good. The last one's end is the pool's failure. False: it isn't in the pool.
  bool remove(Address worker);
  Seat* find(Address worker);

  template <class W>
  std::vector<Ref<W>> workers() const {
    std::vector<Ref<W>> all;
    for (const Seat& seat : seats_) all.emplace_back(seat.worker.first, seat.worker.second);
    return all;
  }

 private:
  struct Owner {
    Hiring* owned;
  };
  void hire();

  const Address pool_;
  PoolOptions options_;
  Owner hiring_;
  std::vector<Seat> seats_;
};

/// The worker with the fewest messages, the first after `turn` among equals.
std::size_t least_loaded(std::vector<Seat>& seats, std::size_t& turn);
/// A place for the key, one of `places`. One place more takes its share of the keys, evenly of all others,
/// and moves no other key. Source: Lamping and Veach, "A fast, minimal memory, consistent hash algorithm".
std::size_t place_of(std::uint64_t key, std::size_t places);

/// A word from outside the pool's mailbox: it travels as a signal.
struct PoolOrder : Envelope {
  enum class What : std::uint8_t { resize, back, ended };
  PoolOrder(const MessageOps* operations, std::uint64_t pool_gen, What order, std::size_t new_size,
            Address who)
      : Envelope(operations, pool_gen), what(order), size(new_size), worker(who) {}
  What what;
  std::size_t size;
  Address worker;
};
/// Sends it, if `size` is one. @throws UsageError
void send_resize(Address pool, const MessageOps& ops, std::size_t size);
/// Whether the pool is there to obey, in this turn.
bool obeys(const Cell& pool);

template <class P>
struct PoolOrderOps {
  static void run(Cell& cell, Envelope& order) {
    if (obeys(cell)) static_cast<P*>(cell.object)->obey_(static_cast<PoolOrder&>(order));
  }
  static void drop(Envelope&, const Drop&) {}
  static constexpr MessageOps ops{
      run, drop, sizeof(PoolOrder), block_class(sizeof(PoolOrder)), Kind::control, false, "", "an order"};
};

template <class P>
concept IsPool = requires { &P::obey_; };

}  // namespace detail

/// Gives a pool another number of workers, at once, even if all of them are busy. New ones come at the end;
/// those at the end go, after what they were sent before. From any thread; in a handler too.
/// @throws UsageError: the size is 0
template <class P>
void resize(const Ref<P>& pool, std::size_t size) {
  static_assert(detail::IsPool<P>, "troupe: only a troupe::Pool or troupe::WorkPool is resized");
  if constexpr (detail::IsPool<P>) {
    detail::send_resize({pool.cell_address_(), pool.generation_()}, detail::PoolOrderOps<P>::ops, size);
  }
}

}  // namespace troupe::inline v0

// Pool<Worker, Rule>: several workers behind one address, of which a rule chooses one for each message.
// docs/pools-and-topics.md says which pool to use when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/detail/pool_core.hpp>
#include <troupe/detail/router.hpp>

namespace troupe::inline v0 {

/// One worker after the other.
class RoundRobin {
 public:
  template <class M>
  std::size_t choose(const std::vector<detail::Seat>& seats, const M&) {
    const std::size_t place = next_ < seats.size() ? next_ : 0;
    next_ = place + 1;
    return place;
  }

 private:
  std::size_t next_ = 0;
};

/// The worker with the fewest messages, the one in hand included; of equals, the next. What reaches a worker
/// on other ways than through its pool is seen only when the worker comes to it.
class LeastLoaded {
 public:
  template <class M>
  std::size_t choose(std::vector<detail::Seat>& seats, const M&) {
    return detail::least_loaded(seats, turn_);
  }

 private:
  std::size_t turn_ = 0;
};

/// All messages of a key go to the same worker. `Key` is the class of a function object that takes every
/// message of the pool, and returns what std::hash takes. A pool that grows from n to n + 1 workers moves
/// the keys of the new one, one in n + 1, and no others.
template <class Key>
class ConsistentHash {
 public:
  template <class M>
  std::size_t choose(const std::vector<detail::Seat>& seats, const M& message) {
    constexpr bool has_key = std::is_invocable_v<const Key&, const M&>;
    static_assert(has_key,
                  "troupe: the key function of this pool doesn't take the message: add an operator() const "
                  "for it, since each message that the worker handles needs a key");
    if constexpr (has_key) {
      const auto& key = key_(message);
      return detail::place_of(std::hash<std::remove_cvref_t<decltype(key)>>()(key), seats.size());
    } else {
      return 0;
    }
  }

 private:
  Key key_;
};

/// Each worker gets a copy. An ask is answered with nothing, once all have it in their mailboxes.
struct Broadcast {};

/// An actor that accepts what `Worker` handles, and hands it on: `system.spawn<Pool<Resizer>>(PoolOptions{
/// .size = 4}, args...)`, or in the same way by an actor or a Supervisor. An ask goes on with its Reply: the
/// worker answers the asker, and if it fails the ask fails at once, with the cause.
/// The workers are the pool's children, built of copies of `args`, and restarted by its options. When the
/// last has ended for good, the pool fails.
/// Order: as from each sender to the pool, so from the pool to each worker.
template <class Worker, class Rule = RoundRobin>
class Pool final : public Actor<Pool<Worker, Rule>> {
 public:
  using passes_to = Ref<Worker>;
  using passing = void;
  static constexpr bool passes_replies = !std::is_same_v<Rule, Broadcast>;
  static constexpr SupervisorOptions supervision{};

  template <class... Args>
  explicit Pool(const PoolOptions& options, Args&&... args)
      : core_({this->self().cell_address_(), this->self().generation_()}, options,
              detail::make_hiring<Worker>(std::forward<Args>(args)...)) {
    for (const Ref<Worker>& worker : core_.workers<Worker>()) this->watch(worker);
  }

  std::vector<Ref<Worker>> on(const Workers&) const { return core_.template workers<Worker>(); }
  void on(const Terminated& news) { core_.remove({const_cast<detail::Cell*>(news.cell_), news.generation_}); }

  template <class M, class R>
  void pass_on(M&& message, Reply<R> reply) {
    detail::send_on(next(message), std::move(message), std::move(reply));
  }
  template <class M>
  void pass_on(M&& message) {
    if constexpr (passes_replies) {
      next(message).tell(std::move(message));
    } else {
      broadcast(message);
    }
  }

  // What resize() orders.
  void obey_(const detail::PoolOrder& order) {
    core_.resize(order.size);
    for (const Ref<Worker>& worker : core_.workers<Worker>()) this->watch(worker);
  }

 private:
  template <class M>
  Ref<Worker> next(const M& message) {
    detail::Seat& seat = core_.seats()[rule_.choose(core_.seats(), message)];
    ++seat.sent;
    return Ref<Worker>(seat.worker.first, seat.worker.second);
  }
  template <class M>
  void broadcast(const M& message) {
    constexpr bool copyable = std::is_copy_constructible_v<M>;
    static_assert(copyable,
                  "troupe: each worker of a broadcasting pool gets a copy, so the message must be copyable");
    if constexpr (copyable) {
      for (const detail::Seat& seat : core_.seats())
        Ref<Worker>(seat.worker.first, seat.worker.second).template tell<M>(message);
    }
  }

  detail::PoolCore core_;
  [[no_unique_address]] Rule rule_;
};

}  // namespace troupe::inline v0

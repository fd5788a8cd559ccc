// WorkPool<Worker>: jobs wait in the pool, and a worker takes the next when it is free.
// docs/pools-and-topics.md says which pool to use when.
#pragma once

#include <expected>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/detail/pool_core.hpp>
#include <troupe/detail/router.hpp>
#include <troupe/detail/work_core.hpp>

namespace troupe::inline v0 {

/// An actor that accepts what `Worker` handles, each message being a job: `system.spawn<WorkPool<Encoder>>(
/// PoolOptions{.size = 4}, args...)`. A worker has one job at a time. The jobs wait in the pool's own
/// mailbox: its bound is theirs, stop() comes after them, and they survive a restart of the pool. A job whose
/// worker crashes, or ends, goes to another, at most `attempts` times; each time the worker's own dead letter
/// tells of it. Then it is in quarantine, and its asker has the last failure. For that a job is copied for
/// each attempt: what can't be copied has one. The workers are the pool's children, built of copies of
/// `args`, and restarted by its options. When the last has ended for good, the pool fails.
template <class Worker>
class WorkPool final : public Actor<WorkPool<Worker>> {
 public:
  using passes_to = Ref<Worker>;
  using passing = Task<>;
  static constexpr bool passes_replies = true;
  static constexpr SupervisorOptions supervision{};
  static constexpr Turns turns = reentrant;

  template <class... Args>
  explicit WorkPool(const PoolOptions& options, Args&&... args)
      : core_({this->self().cell_address_(), this->self().generation_()}, options,
              detail::make_hiring<Worker>(std::forward<Args>(args)...), detail::PoolOrderOps<WorkPool>::ops) {
  }

  std::vector<Ref<Worker>> on(const Workers&) const { return core_.template workers<Worker>(); }

  template <class M, class R>
  Task<> pass_on(M&& job, Reply<R> reply) {
    constexpr bool copied = std::is_copy_constructible_v<M>;
    const unsigned most = copied ? core_.attempts() : 1;
    for (unsigned attempt = 1;; ++attempt) {
      const detail::Address free = co_await detail::FreeWorker{core_};
      auto request = make_request<R>(Ref<Worker>(free.first, free.second), job);
      auto outcome = co_await std::move(request);
      if (outcome) {
        answer(reply, std::move(outcome));
        core_.set_free(free);
        co_return;
      }
      if (!detail::WorkCore::is_crash(outcome.error())) {
        reply.fail(std::move(outcome.error()));
        core_.set_free(free);
        co_return;
      }
      core_.await_return(free);
      if (attempt >= most) {
        if constexpr (copied) give_up(std::move(job), outcome.error(), attempt);
        reply.fail(std::move(outcome.error()));
        co_return;
      }
    }
  }
  template <class M>
  Task<> pass_on(M&& job) {
    static_assert(
        !detail::carries_reply<M>,
        "troupe: a WorkPool has to know when a job is done, so a job can't carry its own Reply: let "
        "the worker's handler return the answer, or take a Reply as its second parameter");
    static_cast<void>(job);
    co_return;
  }

  // What resize(), and the workers, order.
  void obey_(const detail::PoolOrder& order) { core_.obey(order); }

 private:
  template <class R, class M>
  static TryAsk<R> make_request(const Ref<Worker>& worker, M& job) {
    if constexpr (std::is_copy_constructible_v<M>) {
      return worker.template try_ask<M>(static_cast<const M&>(job)).within(Duration::max());
    } else {
      return worker.try_ask(take(job)).within(Duration::max());
    }
  }
  template <class R>
  static void answer(Reply<R>& reply, std::expected<R, AskError>&& outcome) {
    if constexpr (std::is_void_v<R>) {
      static_cast<void>(outcome);
      reply.answer();
    } else {
      reply.answer(std::move(*outcome));
    }
  }
  template <class M>
  void give_up(M&& job, const AskError& why, unsigned attempts) {
    using D = detail::Dispatch<WorkPool, M, detail::Sent::told>;
    detail::Cell& cell = *core_.pool().first;
    detail::SharedBox content = detail::SharedBox::make(M(job));
    auto* again = detail::make_letter<typename D::Box>(cell, &D::ops, core_.pool().second, std::move(job));
    core_.give_up(D::ops, why, {again, std::move(content), attempts});
  }

  detail::WorkCore core_;
};

}  // namespace troupe::inline v0

// co_await blocking(f, args...): calls that block, on threads of their own.
#pragma once

#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

#include <troupe/ask.hpp>
#include <troupe/detail/checks.hpp>

namespace troupe::inline v0 {

namespace detail {

/// A call that waits for a thread. Owned by whoever holds it.
class Job {
 public:
  virtual ~Job() = default;
  virtual void run() noexcept = 0;
};

/// Hands the job to the pool of the system that the current actor lives in. Owns it from the call on.
void submit_job(Job* job);
[[noreturn]] void refuse_blocking_outside();

template <class R, class F, class... Args>
class Call final : public Job {
 public:
  Call(Destination to, F&& function, std::tuple<Args...>&& args)
      : to_(to), reply_(to), function_(std::move(function)), args_(std::move(args)) {}
  void run() noexcept override {
    hold_in_thread(to_);
    std::exception_ptr failure;
    try {
      if constexpr (std::is_void_v<R>) {
        std::apply(std::move(function_), std::move(args_));
        reply_.answer();
      } else {
        reply_.answer(std::apply(std::move(function_), std::move(args_)));
      }
    } catch (...) {
      failure = std::current_exception();
    }
    // Not in the handler above: when that ends, the exception is nobody's but the asker's.
    if (failure) reply_.fail(std::move(failure));
  }

 private:
  Destination to_;
  Reply<R> reply_;
  F function_;
  std::tuple<Args...> args_;
};

inline constexpr MessageOps blocking_ops{
    nullptr, nullptr, 0, 0, Kind::control, false, "the blocking pool", "a blocking call"};

template <class F, class... Args>
class BlockingAwaiter {
 public:
  using R = std::invoke_result_t<F, Args...>;

  BlockingAwaiter(F&& function, std::tuple<Args...>&& args)
      : function_(std::move(function)), args_(std::move(args)) {}
  BlockingAwaiter(const BlockingAwaiter&) = delete;
  BlockingAwaiter& operator=(const BlockingAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> handle) {
    if (!context.running->cell) refuse_blocking_outside();
    waiting_.suspend(handle);
    const Destination to = sink_.open(*context.running->cell, 0, &blocking_ops);
    sink_.arm(std::chrono::nanoseconds::max());
    waiting_.note(handle.promise().awaits_at);
    submit_job(new Call<R, F, Args...>(to, std::move(function_), std::move(args_)));
  }
  R await_resume() {
    if (sink_.error) {
      // The call's own exception, as if it had been made here.
      if (sink_.error->cause()) std::rethrow_exception(sink_.error->cause());
      throw AskError(std::move(*sink_.error));
    }
    if constexpr (!std::is_void_v<R>) return std::move(*sink_.value);
  }

 private:
  F function_;
  std::tuple<Args...> args_;
  Waiting waiting_{Waiting::Until::all, 1};
  Sink<R> sink_{waiting_, false};
};

/// A call that nobody awaits yet.
template <class F, class... Args>
class [[nodiscard("troupe: blocking() is lazy: co_await it in a handler")]] BlockingCall {
 public:
  using troupe_awaitable = void;

  template <class G, class... As>
  explicit BlockingCall(G&& function, As&&... args)
      : function_(std::forward<G>(function)), args_(std::forward<As>(args)...) {}
  auto operator co_await() && { return BlockingAwaiter<F, Args...>(std::move(function_), std::move(args_)); }
  template <class Named = F>
  auto operator co_await() & {
    static_assert(is_moved<Named>,
                  "troupe: a call is made once, so a named blocking() is moved: co_await std::move(call)");
    return std::move(*this).operator co_await();
  }

 private:
  F function_;
  std::tuple<Args...> args_;
};

template <class T>
using Decayed = std::decay_t<unwrapped_t<T>>;

}  // namespace detail

/// Runs f(args...) on a thread that may block, while the actor awaits: `co_await blocking(read_file, path)`.
/// Copies or moves function and arguments, as std::thread does; take(name) moves a named one. What f throws
/// is thrown here. The call can't be cut short: an actor that is killed meanwhile leaves it to its end.
template <class F, class... Args>
auto blocking([[maybe_unused]] F&& function, [[maybe_unused]] Args&&... args) {
  constexpr bool sound = detail::check_await_arguments<F, Args...>();
  constexpr bool callable = std::is_invocable_v<detail::Decayed<F>, detail::Decayed<Args>...>;
  static_assert(
      callable,
      "troupe: blocking(f, args...) can't call f with these arguments: they are passed as rvalues of their "
      "decayed types, as std::thread does");
  if constexpr (sound && callable) {
    return detail::BlockingCall<detail::Decayed<F>, detail::Decayed<Args>...>(
        detail::unwrap_mover(std::forward<F>(function)), detail::unwrap_mover(std::forward<Args>(args))...);
  } else {
    return detail::NoAsk{};
  }
}

}  // namespace troupe::inline v0

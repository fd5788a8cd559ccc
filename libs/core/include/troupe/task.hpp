// Task<T>: a handler, or a part of one, that may wait.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include <troupe/detail/checks.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/detail/pool.hpp>
#include <troupe/detail/turn.hpp>

namespace troupe::inline v0 {

namespace detail {

/// Ends the process with a sentence: the compiler gave this coroutine a wrong frame.
[[noreturn]] void miscompiled_frame(const char* function, const char* file, unsigned line);

/// True for what the runtime knows how to resume.
template <class T>
concept Awaitable = requires { typename std::remove_cvref_t<T>::troupe_awaitable; };

/// An ask that a handler has returned, and where.
template <class A>
struct Returned {
  A* ask;
  std::source_location where;
};

class PromiseBase : public Turn {
 public:
  PromiseBase() noexcept { frame_bytes = context.frame_bytes; }
  static void* operator new(std::size_t bytes) {
    context.frame_bytes = static_cast<std::uint32_t>(bytes);
    return allocate_bytes(bytes);
  }
  static void operator delete(void* frame, std::size_t bytes) noexcept { free_block(frame, bytes); }

  // g++ 12 lays out a wrong frame for a coroutine without local variables that awaits in a condition
  // (fault F4 of docs/compilers.md). The handle then doesn't lead back to the promise.
  struct Start {
    PromiseBase* promise;
    std::source_location where;
    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> handle) const noexcept {
      if (static_cast<PromiseBase*>(&handle.promise()) != promise) {
        miscompiled_frame(where.function_name(), where.file_name(), where.line());
      }
    }
    void await_resume() const noexcept {}
  };
  struct Finish {
    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> handle) const noexcept {
      return handle.promise().continuation;
    }
    void await_resume() const noexcept {}
  };

  Start initial_suspend(std::source_location where = std::source_location::current()) noexcept {
    return {this, where};
  }
  Finish final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }

  template <class W>
  decltype(auto) await_transform([[maybe_unused]] W&& awaitable,
                                 std::source_location location = std::source_location::current()) noexcept {
    awaits_at = location;
    constexpr bool known = Awaitable<W>;
    static_assert(
        known,
        "troupe: a handler can await asks, tasks, all(), first(), join() and blocking() only: nobody "
        "would resume it from anything else. Run what blocks through co_await troupe::blocking(f, args...)");
    if constexpr (known) {
      return std::forward<W>(awaitable);
    } else {
      return NoAsk{};
    }
  }

  template <class A>
  A&& await_transform(Returned<A>&& returned) noexcept {
    awaits_at = returned.where;
    return std::move(*returned.ask);
  }

  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr exception;
  std::source_location awaits_at;  ///< where it was suspended last
};

template <class T>
class Promise final : public PromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  // V defaults to T so that `co_return {a, b}` works, as `return {a, b}` would.
  template <class V = T>
    requires std::is_constructible_v<T, V&&>
  void return_value(V&& value) {
    result.emplace(std::forward<V>(value));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*result);
  }
  std::optional<T> result;
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void take() {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace detail

/// The result of a coroutine that runs inside an actor's turn. Lazy: it starts when it is awaited, or, when
/// a handler returns it, at once. Destroying it unfinished destroys the coroutine and its locals.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using troupe_awaitable = void;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  // Resumed here instead of by symmetric transfer, which is a tail call only where the compiler optimises: a
  // loop that awaits tasks would build up a stack. Nobody else can resume it meanwhile: the turn is ours.
  bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.resume();
    if (handle_.done()) return false;
    handle_.promise().continuation = awaiting;
    return true;
  }
  T await_resume() { return handle_.promise().take(); }

  explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  std::coroutine_handle<promise_type> release_() noexcept { return std::exchange(handle_, nullptr); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// What remains of the turn of a handler that has returned an ask.
template <class A>
Task<typename A::result_type> await_returned(A ask, std::source_location where) {
  co_return co_await Returned<A>{&ask, where};
}
}  // namespace detail

}  // namespace troupe::inline v0

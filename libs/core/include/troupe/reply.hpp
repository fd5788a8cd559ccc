// Reply<T>: the right, and the duty, to answer one ask.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include <troupe/detail/await.hpp>
#include <troupe/errors.hpp>

namespace troupe::inline v0 {

/// A movable one-shot. Take it as a handler's second parameter, or carry it as the member `reply` of a
/// message, and answer later or from elsewhere. Dropped unanswered it fails the ask with broken_promise.
/// Empty, as for a message that was told and not asked, it swallows the answer.
/// Thread-safety: one thread at a time.
template <class T>
class [[nodiscard]] Reply {
 public:
  Reply() = default;
  Reply(Reply&& other) noexcept : to_(std::exchange(other.to_, {})) { hold(); }
  Reply& operator=(Reply&& other) noexcept {
    if (this != &other) {
      drop();
      to_ = std::exchange(other.to_, {});
      hold();
    }
    return *this;
  }
  ~Reply() { drop(); }

  /// Answers with a T made of `args`, once; never blocks. An answer that comes too late is a dead letter.
  /// A second answer goes the way of an empty Reply's. @throws what T's constructor throws, after the ask has
  /// failed with it
  template <class... Args>
  void answer([[maybe_unused]] Args&&... args) {
    constexpr bool fits = std::is_void_v<T> ? sizeof...(Args) == 0 : std::is_constructible_v<T, Args...>;
    static_assert(fits,
                  "troupe: the answer can't be made of these arguments: give what the T of Reply<T> takes");
    if constexpr (fits) detail::send_value<T>(std::exchange(to_, {}), std::forward<Args>(args)...);
  }

  /// Fails the ask with reason `failed` and this cause, and leaves this actor well.
  void fail(std::exception_ptr cause);
  /// Fails the ask with this error as it is: its reason and text may be your own.
  void fail(AskError error) {
    if (auto to = std::exchange(to_, {})) detail::send_error(to, std::move(error));
  }

  /// Whether somebody may still wait for the answer.
  explicit operator bool() const noexcept { return static_cast<bool>(to_); }

  explicit Reply(detail::Destination to) noexcept : to_(to) {}
  detail::Destination& destination_() noexcept { return to_; }
  detail::Destination release_() noexcept { return std::exchange(to_, {}); }

 private:
  /// For the detection of deadlocks: who has it.
  void hold() noexcept {
    if (to_ && !to_.is_inline()) detail::hold(to_, this);
  }
  void drop() noexcept {
    if (to_) detail::send_broken_promise(std::exchange(to_, {}));
  }

  detail::Destination to_;
};

template <class T>
void Reply<T>::fail(std::exception_ptr cause) {
  if (auto to = std::exchange(to_, {})) detail::send_failure(to, std::move(cause));
}

}  // namespace troupe::inline v0

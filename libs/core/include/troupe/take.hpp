// take(name): the way to move a named object into a message inside a co_await expression.
//
// g++ 12 destroys some temporaries twice when their full-expression contains co_await (fault F1 of
// docs/compilers.md). A mover is trivially destructible, so there is nothing to destroy twice.
#pragma once

#include <type_traits>
#include <utility>

namespace troupe::inline v0 {

/// Moves from the lvalue it was made of, at the moment it is converted.
template <class T>
class Mover {
 public:
  explicit Mover(T& object) noexcept : object_(std::addressof(object)) {}
  operator T&&() const noexcept { return std::move(*object_); }
  T&& get() const noexcept { return std::move(*object_); }

 private:
  T* object_;
};

/// `co_await store.ask<Put>(key, take(value))`. The object must live until the ask has been made.
template <class T>
[[nodiscard]] Mover<T> take(T& object) noexcept {
  static_assert(!std::is_const_v<T>,
                "troupe: take() moves from its argument, so the object must not be const");
  return Mover<T>(object);
}

namespace detail {
template <class T>
inline constexpr bool is_mover = false;
template <class T>
inline constexpr bool is_mover<Mover<T>> = true;

/// What a mover stands for; anything else as it is.
template <class T>
decltype(auto) unwrap_mover(T&& argument) noexcept {
  if constexpr (is_mover<std::remove_cvref_t<T>>) {
    return argument.get();
  } else {
    return std::forward<T>(argument);
  }
}
template <class T>
using unwrapped_t = decltype(unwrap_mover(std::declval<T>()));
}  // namespace detail

}  // namespace troupe::inline v0

// The compile-time checks of sends and asks, each a static_assert of one sentence. They sit in function
// bodies: a constraint would only say "no matching function".
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>

#include <troupe/detail/handlers.hpp>
#include <troupe/take.hpp>

namespace troupe::inline v0::detail {

/// Instantiated by a failing check, so that the compiler's message names both types.
template <class Actor, class Message>
inline constexpr bool send_is_fine = false;

template <class A, class M>
consteval bool check_handler() {
  if constexpr (!Complete<A>) {
    static_assert(
        Complete<A>,
        "troupe: the actor's class is only declared here, so what it handles isn't known: include its "
        "definition, or hold a troupe::Recipient of the messages instead of a Ref");
    return false;
  } else if constexpr (!handles<A, M>) {
    static_assert(
        handles<A, M>,
        "troupe: the actor has no handler for this message: add a public `on` that takes exactly this "
        "type (by value, const& or &&) to the actor, or send a message that it handles");
    return false;
  } else {
    return true;
  }
}

/// Converts to what an aggregate's member of any arithmetic type takes; stands for an integer argument, so
/// that only floating arguments are probed for narrowing.
struct AnyArithmetic {
  template <class T>
    requires std::is_arithmetic_v<T>
  operator T() const;
};
template <class T>
using Probe = std::conditional_t<std::is_integral_v<std::remove_cvref_t<T>>, AnyArithmetic, T>;

template <class M, class... Args>
concept BraceConstructible = requires { M{std::declval<Args>()...}; };

template <class M, class... Args>
inline constexpr bool cuts_floating =
    (std::is_floating_point_v<std::remove_cvref_t<Args>> || ...) && !BraceConstructible<M, Args...> &&
    !BraceConstructible<M, Probe<Args>...>;

template <class M, class... Args>
consteval bool check_construction() {
  static_assert(
      std::is_move_constructible_v<M>,
      "troupe: a message must be movable, since it may be stashed or kept as a dead letter: hold what "
      "isn't by std::unique_ptr");
  static_assert(
      std::is_constructible_v<M, unwrapped_t<Args>...>,
      "troupe: the message can't be built from these arguments: give them as its constructor or, for an "
      "aggregate, its members in order take them");
  static_assert(
      !std::is_constructible_v<M, unwrapped_t<Args>...> || !cuts_floating<M, unwrapped_t<Args>...>,
      "troupe: a floating argument would be cut to an integer member of the message: convert it where you "
      "mean it, as in tell<Increment>(static_cast<int>(x))");
  return std::is_move_constructible_v<M> && std::is_constructible_v<M, unwrapped_t<Args>...> &&
         !cuts_floating<M, unwrapped_t<Args>...>;
}

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool compiler_destroys_temporaries_twice = true;
#else
inline constexpr bool compiler_destroys_temporaries_twice = false;
#endif

/// A lambda that captures: unlike std::function and its like it has no default constructor.
template <class T>
concept Lambda = std::is_class_v<T> && !std::is_default_constructible_v<T> && requires { &T::operator(); };

/// Fault F1 of g++ 12 (docs/compilers.md): a brace-made aggregate or a closure with a destructor of its own.
template <class Arg>
inline constexpr bool dangerous_in_await =
    compiler_destroys_temporaries_twice && !std::is_lvalue_reference_v<Arg> &&
    !std::is_trivially_destructible_v<std::remove_cvref_t<Arg>> &&
    (std::is_aggregate_v<std::remove_cvref_t<Arg>> || Lambda<std::remove_cvref_t<Arg>>);

template <class... Args>
consteval bool check_await_arguments() {
  static_assert(
      !(dangerous_in_await<Args> || ...),
      "troupe: g++ 12 destroys a brace-made aggregate or capturing lambda inside co_await twice: build it "
      "in place, as in ask<Put>(key, value), or name it and move it in, as in ask(take(put))");
  return !(dangerous_in_await<Args> || ...);
}

/// What a refused ask yields: swallows whatever is done with it, so that one error stays one error.
struct NoAsk {
  using troupe_awaitable = void;
  using ask_type = NoAsk;
  template <class... T>
  NoAsk within(T&&...) const;
  bool await_ready() const noexcept;
  void await_suspend(auto) const noexcept;
  struct Anything {
    template <class T>
    operator T() const;
  };
  Anything await_resume() const;
  Anything get() const;
};

/// As NoAsk, for several: what it yields can be bound to so many names.
template <std::size_t count>
struct NoAsks {
  using troupe_awaitable = void;
  template <class... T>
  NoAsks within(T&&...) const;
  bool await_ready() const noexcept;
  void await_suspend(auto) const noexcept;
  std::array<NoAsk::Anything, count> await_resume() const;
  std::array<NoAsk::Anything, count> get() const;
};

}  // namespace troupe::inline v0::detail

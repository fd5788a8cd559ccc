// Which messages an actor handles, and what it answers: found from the overload set `&A::on` by exact
// match. A probe by call would let conversions through: on(double) would take an int, on(std::any) all.
#pragma once

#include <concepts>
#include <expected>
#include <type_traits>

#include <troupe/detail/type_name.hpp>
#include <troupe/fwd.hpp>

namespace troupe::inline v0 {

namespace detail {

template <class T>
concept Complete = requires { sizeof(T); };

enum class Passing : unsigned char { value, const_reference, rvalue };

/// One way to declare a handler: how it takes the message, what it returns, and the T of its Reply<T>
/// parameter, or NoReply.
struct NoReply {};
template <Passing how, class Result, class Replied>
struct Form {
  static constexpr Passing passing = how;
  using result = Result;
  using replied = Replied;
};

// Each overload deduces the class as well, so that inherited handlers count, and matches noexcept ones.
template <class M>
struct Match {
  template <class R, class C>
  static Form<Passing::value, R, NoReply> of(R (C::*)(M));
  template <class R, class C>
  static Form<Passing::value, R, NoReply> of(R (C::*)(M) const);
  template <class R, class C>
  static Form<Passing::const_reference, R, NoReply> of(R (C::*)(const M&));
  template <class R, class C>
  static Form<Passing::const_reference, R, NoReply> of(R (C::*)(const M&) const);
  template <class R, class C>
  static Form<Passing::rvalue, R, NoReply> of(R (C::*)(M&&));
  template <class R, class C>
  static Form<Passing::rvalue, R, NoReply> of(R (C::*)(M&&) const);
  template <class R, class C, class T>
  static Form<Passing::value, R, T> of(R (C::*)(M, Reply<T>));
  template <class R, class C, class T>
  static Form<Passing::value, R, T> of(R (C::*)(M, Reply<T>) const);
  template <class R, class C, class T>
  static Form<Passing::const_reference, R, T> of(R (C::*)(const M&, Reply<T>));
  template <class R, class C, class T>
  static Form<Passing::const_reference, R, T> of(R (C::*)(const M&, Reply<T>) const);
  template <class R, class C, class T>
  static Form<Passing::rvalue, R, T> of(R (C::*)(M&&, Reply<T>));
  template <class R, class C, class T>
  static Form<Passing::rvalue, R, T> of(R (C::*)(M&&, Reply<T>) const);
};

template <class A, class M>
concept HasOwnHandler = Complete<A> && requires { Match<M>::of(&A::on); };

/// What an address accepts, and what it answers: of a Ref below, of a Recipient in detail/router.hpp.
template <class Address, class M>
struct Route;

/// News of an actor's own life are nobody else's.
template <class M>
inline constexpr bool is_own_news = std::same_as<M, Started> || std::same_as<M, Stopping> ||
                                    std::same_as<M, PreRestart> || std::same_as<M, Terminated>;

/// A router is an actor that hands on what its `passes_to` accepts, unless it has a handler of its own for
/// it: by `pass_on(M&&, Reply<R>)`, or, of a message that carries its Reply or where the router answers with
/// nothing, `pass_on(M&&)`. `passing` is what that returns: void, or a Task<>.
template <class A, class M>
consteval bool passes_on() {
  if constexpr (is_own_news<M> || !requires { typename A::passes_to; }) {
    return false;
  } else {
    return Route<typename A::passes_to, M>::accepts;
  }
}
template <class A, class M>
concept PassesOn = Complete<A> && !HasOwnHandler<A, M> && passes_on<A, M>();

template <class A, class M>
concept HasHandler = HasOwnHandler<A, M> || PassesOn<A, M>;

template <class A, class M>
struct HandlerOf {
  using type = void;
};
template <class A, class M>
  requires HasOwnHandler<A, M>
struct HandlerOf<A, M> {
  using type = decltype(Match<M>::of(&A::on));
};
/// The Form of A's handler for M. @pre HasHandler<A, M>
template <class A, class M>
using handler_t = typename HandlerOf<A, M>::type;

/// How a handler that returns a T may go on after it has returned: not at all, as a coroutine, or by an ask
/// whose outcome is the answer.
template <class T>
struct TaskResult {
  static constexpr bool is_task = false;
  static constexpr bool is_ask = false;
  using type = T;
};
template <class T>
struct TaskResult<Task<T>> {
  static constexpr bool is_task = true;
  static constexpr bool is_ask = false;
  using type = T;
};
template <class T>
struct TaskResult<Ask<T>> {
  static constexpr bool is_task = true;
  static constexpr bool is_ask = true;
  using type = T;
};
template <class T>
struct TaskResult<TryAsk<T>> {
  static constexpr bool is_task = true;
  static constexpr bool is_ask = true;
  using type = std::expected<T, AskError>;
};

/// The T of a message's own member `Reply<T> reply`, or NoReply.
template <class M>
struct CarriedReply {
  using type = NoReply;
};
template <class T>
struct ReplyValue {
  using type = NoReply;
};
template <class T>
struct ReplyValue<Reply<T>> {
  using type = T;
};
template <class M>
  requires requires(M& message) { message.reply; }
struct CarriedReply<M> {
  using type = typename ReplyValue<std::remove_cvref_t<decltype(std::declval<M&>().reply)>>::type;
};
template <class M>
using carried_reply_t = typename CarriedReply<M>::type;
template <class M>
inline constexpr bool carries_reply = !std::same_as<carried_reply_t<M>, NoReply>;

template <class A, class M>
  requires PassesOn<A, M>
struct HandlerOf<A, M> {
  static consteval auto replied() {
    if constexpr (carries_reply<M> || !A::passes_replies) {
      return std::type_identity<NoReply>();
    } else {
      return std::type_identity<typename Route<typename A::passes_to, M>::reply>();
    }
  }
  using type = Form<Passing::rvalue, typename A::passing, typename decltype(replied())::type>;
};

/// What asking A with M yields.
template <class A, class M>
struct ReplyType {
  using form = handler_t<A, M>;
  using returned = std::remove_cvref_t<typename TaskResult<typename form::result>::type>;
  using type = std::conditional_t<
      carries_reply<M>, carried_reply_t<M>,
      std::conditional_t<std::same_as<typename form::replied, NoReply>, returned, typename form::replied>>;
};

template <class List>
inline constexpr bool is_list_of_messages = false;
template <class... M>
inline constexpr bool is_list_of_messages<Messages<M...>> = true;

template <class M, class List>
inline constexpr bool is_listed = false;
template <class M, class... Listed>
inline constexpr bool is_listed<M, Messages<Listed...>> = (std::same_as<M, Listed> || ...);

/// Whether the class names urgent messages, by `using urgent = Messages<Cancel>`.
template <class A>
constexpr bool has_urgent() {
  if constexpr (requires { typename A::urgent; }) {
    return is_list_of_messages<typename A::urgent>;
  } else {
    return false;
  }
}
/// Whether M is one of them.
template <class A, class M>
constexpr bool is_urgent() {
  if constexpr (has_urgent<A>()) {
    return is_listed<M, typename A::urgent>;
  } else {
    return false;
  }
}

template <class A, class M>
struct Route<Ref<A>, M> {
  static constexpr bool accepts = false;
};
template <class A, class M>
  requires HasHandler<A, M>
struct Route<Ref<A>, M> {
  static constexpr bool accepts = true;
  using reply = typename ReplyType<A, M>::type;
};

template <class A>
constexpr bool is_reentrant() {
  if constexpr (requires { A::turns; }) {
    return A::turns == decltype(A::turns){1};  // Turns::reentrant, without naming an incomplete enum
  } else {
    return false;
  }
}

}  // namespace detail

/// True if A has exactly one handler `on` that takes M, by value, const M& or M&&.
template <class A, class M>
inline constexpr bool handles = detail::HasHandler<A, M>;

/// What A answers to M: the handler's return type (an answer is a value: a copy of what a returned reference
/// refers to), the T of its Task<T> or Reply<T> parameter, or the T of
/// the message's own `Reply<T> reply`. @pre handles<A, M>
template <class A, class M>
using reply_t = typename detail::ReplyType<A, M>::type;

}  // namespace troupe::inline v0

// all(...) and first(...): several asks under way at once, started in the order of the parameters.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <troupe/ref.hpp>

namespace troupe::inline v0 {

namespace detail {

template <class T>
concept AnyAsk = requires { typename T::ask_type; };

/// Whether all() and first() can make something of these: asks, handed over.
template <class... Asks>
consteval bool check_asks() {
  constexpr bool asks = (AnyAsk<std::remove_cvref_t<Asks>> && ...);
  constexpr bool handed_over = (std::is_same_v<Asks, std::remove_cvref_t<Asks>> && ...);
  static_assert(
      asks,
      "troupe: all() and first() take asks, try_asks and join() only: await tasks and blocking() on "
      "their own");
  static_assert(!asks || handed_over,
                "troupe: all() and first() take their asks over: write them in place, or std::move(ask)");
  return asks && handed_over && !(std::is_same_v<Asks, NoAsk> || ...);
}

template <class A>
struct Part {
  using R = typename A::value_type;
  Part(A&& ask, Waiting& waiting)
      : request(std::move(ask).take_request_()), pending(request, waiting, A::yields_outcome) {}

  Monostate<typename A::result_type> take() {
    if constexpr (A::yields_outcome) {
      return pending.take_outcome();
    } else if constexpr (std::is_void_v<R>) {
      pending.take_value();
      return {};
    } else {
      return pending.take_value();
    }
  }
  bool answered() const { return pending.has_answer(); }
  bool failed() const { return !A::yields_outcome && pending.has_failed(); }

  Request request;
  Pending<R> pending;
};

/// A Part that can be built in a tuple: std::tuple would take the ask for another tuple's element.
template <std::size_t, class A>
struct Slot {
  Part<A> part;
};

/// What the awaiters of several asks have in common: suspend, or block a thread, until enough is there.
template <class Derived>
class Several {
 public:
  Several(const Several&) = delete;
  Several& operator=(const Several&) = delete;

  bool await_ready() const noexcept { return waiting_.over(); }
  template <class P>
  void await_suspend(std::coroutine_handle<P> handle) {
    waiting_.suspend(handle);
    self().start();
    waiting_.note(handle.promise().awaits_at);
  }
  auto get(Cell& target, const std::source_location& where) {
    check_get_allowed(target);
    self().start();
    if (!wait_in_thread(waiting_, target, where)) throw unanswerable(target);
    return self().await_resume();
  }

 protected:
  Several(Waiting::Until until, std::size_t count) : waiting_(until, static_cast<std::uint32_t>(count)) {}
  ~Several() = default;
  Waiting waiting_;

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

/// Several asks that nobody awaits yet. `Awaiter` is built of them when somebody does.
template <class Awaiter, class... Asks>
class [[nodiscard(
    "troupe: all() and first() are lazy: co_await them in a handler, or call get() on them")]] AskGroup {
 public:
  using troupe_awaitable = void;

  AskGroup(Cell& target, Asks&&... asks) : asks_(std::move(asks)...), target_(&target) {}

  /// Each at most this long, instead of the system's default; one with a shorter deadline keeps its own.
  AskGroup within(Duration limit) && {
    std::apply([limit](Asks&... asks) { (limit_each(asks, limit), ...); }, asks_);
    return std::move(*this);
  }
  template <class Named = Awaiter>
  AskGroup within(Duration limit) & {
    static_assert(
        is_moved<Named>,
        "troupe: asks are sent once, so a named all() or first() is moved: std::move(both).within(limit)");
    return std::move(*this).within(limit);
  }

  auto operator co_await() && { return make(); }
  template <class Named = Awaiter>
  auto operator co_await() & {
    static_assert(
        is_moved<Named>,
        "troupe: asks are sent once, so a named all() or first() is moved: co_await std::move(both)");
    return make();
  }
  /// Blocks the calling thread. Outside of actors only. @throws UsageError in an actor; AskError
  auto get(const std::source_location& where = std::source_location::current()) && {
    return make().get(*target_, where);
  }
  template <class Named = Awaiter>
  auto get() & {
    static_assert(is_moved<Named>,
                  "troupe: asks are sent once, so a named all() or first() is moved: std::move(both).get()");
    return make().get(*target_);
  }

 private:
  Awaiter make() {
    return std::apply([](Asks&... asks) { return Awaiter(std::move(asks)...); }, asks_);
  }
  template <class A>
  static void limit_each(A& ask, Duration limit) {
    ask.within_at_most_(limit);
  }
  template <class A>
  static void limit_each(std::vector<A>& asks, Duration limit) {
    for (A& ask : asks) ask.within_at_most_(limit);
  }

  std::tuple<Asks...> asks_;
  Cell* target_;
};

template <class Indices, class... Asks>
struct Parts;
template <std::size_t... I, class... Asks>
struct Parts<std::index_sequence<I...>, Asks...> : Slot<I, Asks>... {
  explicit Parts(Waiting& waiting, Asks&&... asks) : Slot<I, Asks>{Part<Asks>(std::move(asks), waiting)}... {}
  /// Calls f with each part, in the order of the parameters.
  template <class F>
  decltype(auto) apply(F&& f) {
    return f(static_cast<Slot<I, Asks>&>(*this).part...);
  }
};

template <class... Asks>
class AllAwaiter : public Several<AllAwaiter<Asks...>> {
 public:
  explicit AllAwaiter(Asks&&... asks)
      : Several<AllAwaiter>(Waiting::Until::all, sizeof...(Asks)),
        parts_(this->waiting_, std::move(asks)...) {}

  void start() {
    parts_.apply([](auto&... part) { (part.pending.send(), ...); });
  }
  std::tuple<Monostate<typename Asks::result_type>...> await_resume() {
    return parts_.apply([](auto&... part) {
      // The failure that ended the wait is thrown; the answers that are still missing will be late.
      ((part.failed() ? static_cast<void>(part.take()) : void()), ...);
      return std::tuple<Monostate<typename Asks::result_type>...>{part.take()...};
    });
  }

 private:
  Parts<std::index_sequence_for<Asks...>, Asks...> parts_;
};

template <class A>
class AllOfVector : public Several<AllOfVector<A>> {
 public:
  explicit AllOfVector(std::vector<A>&& asks)
      : Several<AllOfVector>(Waiting::Until::all, asks.size()), parts_(asks.size()) {
    for (std::size_t i = 0; i < asks.size(); ++i) parts_[i].emplace(std::move(asks[i]), this->waiting_);
  }

  void start() {
    for (auto& part : parts_) part->pending.send();
  }
  std::vector<Monostate<typename A::result_type>> await_resume() {
    for (auto& part : parts_) {
      if (part->failed()) part->take();
    }
    std::vector<Monostate<typename A::result_type>> results;
    results.reserve(parts_.size());
    for (auto& part : parts_) results.push_back(part->take());
    return results;
  }

 private:
  std::vector<std::optional<Part<A>>> parts_;  // never resized: sinks must stay where they are
};

template <class... Asks>
class FirstAwaiter : public Several<FirstAwaiter<Asks...>> {
 public:
  explicit FirstAwaiter(Asks&&... asks)
      : Several<FirstAwaiter>(Waiting::Until::first, sizeof...(Asks)),
        parts_(this->waiting_, std::move(asks)...) {}

  void start() {
    parts_.apply([](auto&... part) { (part.pending.send(), ...); });
  }
  std::variant<Monostate<typename Asks::result_type>...> await_resume() {
    return parts_.apply([](auto&... part) { return pick(std::index_sequence_for<Asks...>{}, part...); });
  }

 private:
  using Result = std::variant<Monostate<typename Asks::result_type>...>;

  template <std::size_t... I, class FirstPart, class... OtherParts>
  static Result pick(std::index_sequence<I...>, FirstPart& first, OtherParts&... others) {
    std::optional<Result> result;
    const auto consider = [&result]<std::size_t index>(std::integral_constant<std::size_t, index>,
                                                       auto& part) {
      if (!result && part.answered() && !part.failed())
        result.emplace(std::in_place_index<index>, part.take());
    };
    [&](auto&... part) { (consider(std::integral_constant<std::size_t, I>{}, part), ...); }(first, others...);
    // When all have failed, the failure of the first parameter is thrown.
    if (!result) result.emplace(std::in_place_index<0>, first.take());
    return std::move(*result);
  }

  Parts<std::index_sequence_for<Asks...>, Asks...> parts_;
};

template <class... Asks>
using AllOf = AskGroup<AllAwaiter<Asks...>, Asks...>;
template <class... Asks>
using FirstOf = AskGroup<FirstAwaiter<Asks...>, Asks...>;

}  // namespace detail

/// Awaits the answers of all: a tuple (std::monostate where one answers nothing). The first that fails ends
/// the wait and is thrown; try_asks never fail it.
template <class First, class... Rest>
auto all([[maybe_unused]] First&& first, [[maybe_unused]] Rest&&... rest) {
  if constexpr (detail::check_asks<First, Rest...>()) {
    detail::Cell& target = first.target_cell_();
    return detail::AllOf<typename First::ask_type, typename Rest::ask_type...>(target, std::move(first),
                                                                               std::move(rest)...);
  } else {
    return detail::NoAsks<1 + sizeof...(Rest)>{};
  }
}

/// Awaits the answers of a vector of asks, in its order.
template <class A>
auto all([[maybe_unused]] std::vector<A>&& asks) {
  if constexpr (detail::check_asks<A>()) {
    detail::Cell& target = asks.empty() ? detail::nobody() : asks.front().target_cell_();
    return detail::AskGroup<detail::AllOfVector<A>, std::vector<A>>(target, std::move(asks));
  } else {
    return detail::NoAsk{};
  }
}

/// Awaits the earliest good answer: a variant by parameter. Throws when all have failed.
template <class First, class... Rest>
auto first([[maybe_unused]] First&& first, [[maybe_unused]] Rest&&... rest) {
  if constexpr (detail::check_asks<First, Rest...>()) {
    detail::Cell& target = first.target_cell_();
    return detail::FirstOf<typename First::ask_type, typename Rest::ask_type...>(target, std::move(first),
                                                                                 std::move(rest)...);
  } else {
    return detail::NoAsk{};
  }
}

}  // namespace troupe::inline v0

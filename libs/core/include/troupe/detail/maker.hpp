// What is kept of a supervised actor's spawn: how to build its object once more.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include <troupe/detail/spawn.hpp>
#include <troupe/detail/supervision_services.hpp>

namespace troupe::inline v0 {

/// The argument of a spawn that stands for all: `f()` returns the actor, for each of its starts.
template <class F>
struct Factory {
  F make;
};
/// For a supervised actor whose arguments can't be copied: `spawn<Store>(factory([file] { return
/// Store(open(file)); }))`. `f` runs in the spawning thread at first, then wherever the actor runs. It may be
/// move-only: what a temporary child is made of can be moved out of it.
template <class F>
Factory<std::decay_t<F>> factory(F&& f) {
  return {std::forward<F>(f)};
}

namespace detail {

/// Builds the object of copies of the arguments that it was spawned with.
template <class A, class... Args>
class KeptArguments final : public Maker {
 public:
  template <class... Given>
  explicit KeptArguments(Given&&... given) : arguments_(unwrap_mover(std::forward<Given>(given))...) {}

  void* make(Cell& cell) override {
    return std::apply([&](const Args&... each) { return construct_actor<A>(cell, Args(each)...); },
                      arguments_);
  }

 private:
  std::tuple<Args...> arguments_;
};

template <class A, class F>
class MadeByFactory final : public Maker {
 public:
  explicit MadeByFactory(F make) : make_(std::move(make)) {}

  void* make(Cell& cell) override {
    return build_actor<A>(cell, [&](void* block) { return ::new (block) A(make_()); });
  }

 private:
  F make_;
};

template <class... Args>
inline constexpr bool is_factory = false;
template <class F>
inline constexpr bool is_factory<Factory<F>> = true;

template <class A, class F>
consteval bool check_factory(const Factory<F>*) {
  constexpr bool makes = std::is_same_v<std::invoke_result_t<F&>, A>;
  static_assert(makes, "troupe: the function given to troupe::factory must return the actor that is spawned");
  return makes && check_own_base<A>();
}

template <class A, class... Args>
consteval bool check_kept() {
  if constexpr (!check_spawn<A, Args...>()) {
    return false;
  } else {
    constexpr bool copyable = (std::is_copy_constructible_v<std::decay_t<unwrapped_t<Args>>> && ...);
    constexpr bool constructible = std::is_constructible_v<A, std::decay_t<unwrapped_t<Args>>...>;
    static_assert(
        copyable,
        "troupe: a supervised actor is built anew when it is restarted, from copies of its arguments, "
        "and one of these can't be copied: give troupe::factory(f) in their place, where f() returns "
        "the actor");
    static_assert(
        !copyable || constructible,
        "troupe: a supervised actor is built anew when it is restarted, from copies of its arguments, "
        "but its constructor wants a reference that a copy can't give: take the argument by value or "
        "by const&, or give troupe::factory(f), where f() returns the actor");
    return copyable && constructible;
  }
}

template <class A, class F>
Maker* make_factory_maker(Factory<F> factory) {
  return new MadeByFactory<A, F>(std::move(factory.make));
}

template <class A, class... Args>
Maker* make_maker(Args&&... args) {
  if constexpr (is_factory<std::remove_cvref_t<Args>...>) {
    return make_factory_maker<A>(std::forward<Args>(args)...);
  } else {
    return new KeptArguments<A, std::decay_t<unwrapped_t<Args>>...>(std::forward<Args>(args)...);
  }
}

template <class A, class... Args>
consteval bool check_supervised() {
  if constexpr (sizeof...(Args) == 1 && is_factory<std::remove_cvref_t<Args>...>) {
    return check_factory<A>(static_cast<const std::remove_cvref_t<Args>*>(nullptr)...);
  } else {
    return check_kept<A, Args...>();
  }
}

/// Spawns a child that may be started again.
template <class A, class... Args>
Ref<A> spawn_supervised(Cell& parent, std::uint64_t parent_gen, const SpawnOptions& options, Args&&... args) {
  if constexpr (check_supervised<A, Args...>()) {
    const auto [cell, gen] = spawn_kept(parent, parent_gen, options, ActorOpsFor<A>::ops,
                                        make_maker<A>(std::forward<Args>(args)...));
    return Ref<A>(cell, gen);
  } else {
    return Ref<A>();
  }
}

}  // namespace detail
}  // namespace troupe::inline v0

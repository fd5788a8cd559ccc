// Building an actor in a cell.
#pragma once

#include <type_traits>
#include <utility>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/checks.hpp>
#include <troupe/detail/dispatch.hpp>
#include <troupe/detail/pool.hpp>
#include <troupe/options.hpp>
#include <troupe/ref.hpp>

namespace troupe::inline v0::detail {

template <class A>
class ActorOpsFor {
  static void destroy(void* object) noexcept {
    static_cast<A*>(object)->~A();
    free_block(object, sizeof(A));
  }
  static void stopping(void* object, Stopping news) { static_cast<A*>(object)->on(news); }
  static constexpr auto stopping_or_null() -> void (*)(void*, Stopping) {
    if constexpr (handles<A, Stopping>) {
      static_assert(
          std::is_void_v<typename handler_t<A, Stopping>::result>,
          "troupe: on(Stopping) must return void: an actor that stops has no messages any more to wait for");
      return &stopping;
    } else {
      return nullptr;
    }
  }

 public:
  static constexpr ActorOps ops{type_name<A>(), &destroy, stopping_or_null(), is_reentrant<A>()};
};

/// A spawn under way: a cell whose token the spawner holds. Leaves nothing behind unless it is completed.
class Spawning {
 public:
  /// @throws SpawnError, UsageError (a bad name), std::bad_alloc
  Spawning(Cell& parent, const SpawnOptions& options, const ActorOps* ops);
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;
  ~Spawning();

  Cell& cell() { return *cell_; }
  /// The actor lives: gives the token back. `started`: its first message, or null.
  std::uint64_t complete(void* object, Envelope* started);

 private:
  Cell* cell_ = nullptr;
};

/// The cell whose object is being constructed in this thread; null once Actor's constructor has seen it.
extern constinit thread_local Cell* under_construction;

// An actor may be an aggregate made of its first members only.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/// Constructs A's object in a pooled block, or leaves nothing behind.
template <class A, class... Args>
A* construct_actor(Cell& cell, Args&&... args) {
  static_assert(alignof(A) <= block_alignment, "troupe: actors can't be over-aligned beyond 16 bytes");
  static_assert(std::is_nothrow_destructible_v<A>, "troupe: an actor's destructor must not throw");
  void* block = allocate_block<sizeof(A)>();
  Cell* const outer = std::exchange(under_construction, &cell);
  Running running{&cell, nullptr, nullptr, false};
  const TurnScope scope(running);
  try {
    A* actor = ::new (block) A(unwrap_mover(std::forward<Args>(args))...);
    under_construction = outer;
    return actor;
  } catch (...) {
    under_construction = outer;
    free_block(block, sizeof(A));
    throw;
  }
}

#pragma GCC diagnostic pop

template <class A, class... Args>
Ref<A> spawn_actor(Cell& parent, const SpawnOptions& options, Args&&... args) {
  static_assert(std::is_class_v<A>, "troupe: an actor is a class with `on` handlers");
  constexpr bool constructible = std::is_constructible_v<A, unwrapped_t<Args>...>;
  static_assert(constructible, "troupe: the actor's constructor doesn't take these arguments");
  if constexpr (constructible) {
    Spawning spawning(parent, options, &ActorOpsFor<A>::ops);
    Cell& cell = spawning.cell();
    A* actor = construct_actor<A>(cell, std::forward<Args>(args)...);
    Envelope* started = nullptr;
    if constexpr (handles<A, Started>) {
      using D = Dispatch<A, Started, Sent::told>;
      started = make_letter<typename D::Box>(cell, &D::ops, std::uint64_t{0});
    }
    return Ref<A>(&cell, spawning.complete(actor, started));
  } else {
    return Ref<A>();
  }
}

/// Catches what was written by position where options are written by name.
struct Positional {
  template <class T, class... More>
  Positional(T&&, More&&...) {}
};

template <class A>
inline constexpr bool written_by_name = false;

}  // namespace troupe::inline v0::detail

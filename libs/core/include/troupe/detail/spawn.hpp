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

/// Whether the class declares how it supervises its children.
template <class A>
constexpr bool supervises() {
  return requires { A::supervision; };
}

template <class A>
class ActorOpsFor {
  static void destroy(void* object) noexcept {
    static_cast<A*>(object)->~A();
    free_block(object, sizeof(A));
  }
  static constexpr auto destroy_or_null() -> void (*)(void*) noexcept {
    return std::is_trivially_destructible_v<A> ? nullptr : &destroy;
  }
  static void stopping(void* object, Stopping news) { static_cast<A*>(object)->on(news); }
  static void restarting(void* object, const PreRestart& news) { static_cast<A*>(object)->on(news); }
  static constexpr auto restarting_or_null() -> void (*)(void*, const PreRestart&) {
    if constexpr (handles<A, PreRestart>) {
      static_assert(std::is_void_v<typename handler_t<A, PreRestart>::result> &&
                        handler_t<A, PreRestart>::passing != Passing::rvalue,
                    "troupe: on(PreRestart) must return void and take the news by value or const&: an actor "
                    "that is about "
                    "to be restarted can't wait for messages");
      return &restarting;
    } else {
      return nullptr;
    }
  }
  static Envelope* started(Cell& cell) {
    using D = Dispatch<A, Started, Sent::told>;
    return make_letter<typename D::Box>(cell, &D::ops, cell.gen.load(std::memory_order_relaxed));
  }
  static constexpr auto started_or_null() -> Envelope* (*)(Cell&) {
    if constexpr (handles<A, Started>) {
      return &started;
    } else {
      return nullptr;
    }
  }
  static constexpr const SupervisorOptions* supervision_or_null() {
    if constexpr (supervises<A>()) {
      static_assert(
          A::supervision.name.empty() && A::supervision.group.empty(),
          "troupe: an actor's `supervision` says how it supervises its children; its name and group are "
          "given when it is spawned");
      return &A::supervision;
    } else {
      return nullptr;
    }
  }
  template <class... M>
  static consteval bool handles_all(Messages<M...>) {
    return (handles<A, M> && ...);
  }
  static consteval bool urgent() {
    if constexpr (requires { typename A::urgent; }) {
      static_assert(has_urgent<A>(),
                    "troupe: an actor's `urgent` names its urgent messages: using urgent = "
                    "troupe::Messages<Cancel, Drain>");
      if constexpr (has_urgent<A>()) {
        static_assert(handles_all(typename A::urgent{}),
                      "troupe: an actor's `urgent` names a message that it has no handler for");
      }
    }
    return has_urgent<A>();
  }
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
  static constexpr ActorOps ops{type_name<A>(),       destroy_or_null(), stopping_or_null(),
                                restarting_or_null(), started_or_null(), supervision_or_null(),
                                is_reentrant<A>(),    urgent(),          sizeof(A)};
};

/// A spawn under way: a cell whose token the spawner holds, or that rests as idle till then. Leaves nothing
/// behind unless it is completed.
class Spawning {
 public:
  /// @throws SpawnError, UsageError (a bad name), std::bad_alloc
  Spawning(Cell& parent, const SpawnOptions& options, const ActorOps* ops);
  /// Under a supervisor, which may have ended: then SpawnError. Takes over what is kept.
  Spawning(Cell& parent, std::uint64_t parent_gen, const SpawnOptions& options, const ActorOps* ops,
           Supervised* kept);
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;
  ~Spawning() {
    if (cell_) [[unlikely]]
      abandon();
  }

  Cell& cell() { return *cell_; }
  /// The actor lives: gives the token back.
  std::uint64_t complete(void* object);

 private:
  /// As begin(), of an actor that asks for nothing in particular.
  void begin_plain(Cell& parent, const ActorOps* ops);
  /// The same, where only the parent's own turns spawn. False: there is no cell for that just now.
  bool begin_idle(Cell& parent, const ActorOps* ops);
  /// Of an actor that nobody supervises.
  void begin_checked(Cell& parent, const SpawnOptions& options, const ActorOps* ops);
  void begin(Cell& parent, std::uint64_t parent_gen, const SpawnOptions& options, const ActorOps* ops,
             Supervised* kept);
  /// The constructor has thrown.
  void abandon();

  Cell* cell_ = nullptr;
  bool rests_ = false;  ///< the token isn't the spawner's
};

// An actor may be an aggregate made of its first members only.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/// Has `make` construct A's object in a pooled block, or leaves nothing behind.
template <class A, class Make>
A* build_actor(Cell& cell, Make&& make) {
  static_assert(alignof(A) <= block_alignment, "troupe: actors can't be over-aligned beyond 16 bytes");
  static_assert(std::is_nothrow_destructible_v<A>, "troupe: an actor's destructor must not throw");
  void* block = allocate_block<sizeof(A)>();
  Cell* const outer = std::exchange(context.under_construction, &cell);
  Running running{&cell, nullptr, nullptr, false};
  const OutOfTurnScope scope(running);
  try {
    A* actor = make(block);
    context.under_construction = outer;
    return actor;
  } catch (...) {
    context.under_construction = outer;
    free_block(block, sizeof(A));
    throw;
  }
}

template <class A, class... Args>
A* construct_actor(Cell& cell, Args&&... args) {
  return build_actor<A>(
      cell, [&](void* block) { return ::new (block) A(unwrap_mover(std::forward<Args>(args))...); });
}

#pragma GCC diagnostic pop

/// The Self of the Actor<Self> that A derives from. Declared only.
template <class Self>
std::type_identity<Self> self_of(const Actor<Self>* base);

/// Whether A's base, if it has one, knows A: self() would be an address of another class, whose handlers
/// would be called on an object that they don't know.
template <class A>
consteval bool base_is_its_own() {
  if constexpr (requires { self_of(static_cast<const A*>(nullptr)); }) {
    return std::is_same_v<typename decltype(self_of(static_cast<const A*>(nullptr)))::type, A>;
  } else {
    return true;
  }
}

template <class A>
consteval bool check_own_base() {
  constexpr bool own_base = base_is_its_own<A>();
  static_assert(
      own_base,
      "troupe: the actor derives from the troupe::Actor<...> of another class, whose self() would be "
      "an address of that class: derive from troupe::Actor of the class that is spawned, which "
      "a class in between takes as its template parameter");
  return own_base;
}

template <class A, class... Args>
consteval bool check_spawn() {
  if constexpr (!Complete<A>) {
    static_assert(Complete<A>,
                  "troupe: the actor's class is only declared here: include its definition to spawn it");
    return false;
  } else {
    constexpr bool constructible = std::is_constructible_v<A, unwrapped_t<Args>...>;
    constexpr bool own_base = check_own_base<A>();
    static_assert(std::is_class_v<A>, "troupe: an actor is a class with `on` handlers");
    static_assert(!std::is_class_v<A> || constructible,
                  "troupe: the actor's constructor doesn't take these arguments");
    return std::is_class_v<A> && constructible && own_base;
  }
}

template <class A, class... Args>
Ref<A> spawn_actor(Cell& parent, const SpawnOptions& options, Args&&... args) {
  if constexpr (check_spawn<A, Args...>()) {
    Spawning spawning(parent, options, &ActorOpsFor<A>::ops);
    Cell& cell = spawning.cell();
    A* actor = construct_actor<A>(cell, std::forward<Args>(args)...);
    return Ref<A>(&cell, spawning.complete(actor));
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

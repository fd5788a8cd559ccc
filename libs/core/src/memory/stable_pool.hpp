// A pool of type-stable objects: memory that once held a T holds a T for ever, so a stale pointer to one may
// be looked at by whoever checks a generation or a number first.
//
// Thread-safety: all functions from any thread. Each thread keeps a small stock, which goes back to the
// shared one when the thread ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <new>

#include "memory/thread_exit.hpp"

namespace troupe::inline v0::detail {

template <class T, T* T::* link>
class StablePool {
 public:
  static T* take() {
    Stock& stock = stock_;
    if (!stock.head) refill(stock);
    T* object = stock.head;
    stock.head = object->*link;
    --stock.count;
    return object;
  }

  static void put(T* object) noexcept {
    Stock& stock = stock_;
    if (stock.count >= 2 * batch) [[unlikely]]
      give_back(stock, batch);
    if (stock.count == 0) [[unlikely]]
      watch_thread_exit();
    object->*link = stock.head;
    stock.head = object;
    ++stock.count;
  }

  /// Calls visit(object) for every object there is, those that nobody has taken too, in no order that means
  /// anything. Holds no lock: what is made meanwhile is left out. Of the objects only atomic members may be
  /// looked at.
  template <class Visit>
  static void for_each(Visit&& visit) {
    // acquire: pairs with the release in refill().
    for (Slab* slab = shared().slabs.load(std::memory_order_acquire); slab; slab = slab->older) {
      for (T& object : slab->objects) visit(object);
    }
  }

 private:
  static constexpr std::uint32_t batch = 64;

  struct Slab {
    T objects[batch];
    Slab* older = nullptr;
  };
  struct Stock {
    T* head = nullptr;
    std::uint32_t count = 0;
  };
  struct Shared {
    std::atomic<Slab*> slabs{nullptr};  ///< all; grows only, under the mutex
    std::mutex mutex;
    T* head = nullptr;
    std::uint32_t count = 0;
  };

  // Immortal: threads may outlive static destruction.
  static Shared& shared() {
    static auto* instance = new Shared;
    return *instance;
  }

  static void watch_thread_exit() noexcept {
    static thread_local const AtThreadExit hook{[]() noexcept { give_back(stock_, stock_.count); }};
    (void)hook;
  }

  static void refill(Stock& stock) {
    watch_thread_exit();
    Shared& all = shared();
    const std::lock_guard lock(all.mutex);
    while (all.head && stock.count < batch) {
      T* object = all.head;
      all.head = object->*link;
      --all.count;
      object->*link = stock.head;
      stock.head = object;
      ++stock.count;
    }
    if (stock.head) return;
    auto* const slab = new Slab;
    for (T& object : slab->objects) {
      object.*link = stock.head;
      stock.head = &object;
    }
    stock.count = batch;
    slab->older = all.slabs.load(std::memory_order_relaxed);
    all.slabs.store(slab, std::memory_order_release);  // pairs with the acquire in for_each()
  }

  static void give_back(Stock& stock, std::uint32_t count) noexcept {
    Shared& all = shared();
    const std::lock_guard lock(all.mutex);
    for (; count > 0 && stock.head; --count) {
      T* object = stock.head;
      stock.head = object->*link;
      --stock.count;
      object->*link = all.head;
      all.head = object;
      ++all.count;
    }
  }

  // With the model initial-exec, as the pool's magazines have it, g++ 12 and UndefinedBehaviorSanitizer take
  // the address of this one for null.
  static inline constinit thread_local Stock stock_{};
};

}  // namespace troupe::inline v0::detail

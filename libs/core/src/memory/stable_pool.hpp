// A pool of type-stable objects: memory that once held a T holds a T for ever, so a stale pointer to one may
// be looked at by whoever checks a generation or a number first.
//
// What is free stands in arrays of pointers, not in a list through the objects: to move a batch of them to
// another thread touches none of their lines, and the next one to be taken is known before it is wanted.
//
// Thread-safety: all functions from any thread. Each thread keeps a small stock, which goes back to the
// shared one when the thread ends.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <new>
#include <vector>

#include "memory/thread_exit.hpp"

namespace troupe::inline v0::detail {

template <class T>
class StablePool {
 public:
  /// @throws std::bad_alloc
  static T* take() {
    Stock& stock = stock_;
    if (stock.count == 0) [[unlikely]]
      refill(stock);
    T* const object = stock.objects[--stock.count];
    if (stock.count != 0) prefetch(stock.objects[stock.count - 1]);
    return object;
  }

  static void put(T* object) noexcept {
    Stock& stock = stock_;
    if (stock.count == capacity) [[unlikely]]
      give_back(stock, batch);
    if (stock.count == 0) [[unlikely]]
      watch_thread_exit();
    stock.objects[stock.count++] = object;
  }

  /// Calls visit(object) for every object there is, those that nobody has taken too, in no order that means
  /// anything. Holds no lock: what is made meanwhile is left out. Of the objects only atomic members may be
  /// looked at.
  template <class Visit>
  static void for_each(Visit&& visit) {
    // acquire: pairs with the release in add_slab().
    for (Slab* slab = shared().slabs.load(std::memory_order_acquire); slab; slab = slab->older) {
      for (T& object : slab->objects) visit(object);
    }
  }

 private:
  static constexpr std::uint32_t batch = 64;
  static constexpr std::uint32_t capacity = 2 * batch;

  struct Slab {
    T objects[batch];
    Slab* older = nullptr;
  };
  struct Stock {
    std::uint32_t count = 0;
    T* objects[capacity] = {};
  };
  struct Shared {
    std::atomic<Slab*> slabs{nullptr};  ///< all; grows only, under the mutex
    std::mutex mutex;
    std::vector<T*> objects;  ///< has room for all there are
    std::size_t count = 0;    ///< of all there are
  };

  // Immortal: threads may outlive static destruction.
  static Shared& shared() {
    static auto* instance = new Shared;
    return *instance;
  }

  /// It was given back by another thread, as like as not.
  static void prefetch(const T* object) noexcept {
    const char* const bytes = reinterpret_cast<const char*>(object);
    for (std::size_t at = 0; at < sizeof(T) && at < 3 * line_bytes; at += line_bytes)
      __builtin_prefetch(bytes + at, 1);
  }
  static constexpr std::size_t line_bytes = 64;

  [[gnu::noinline, gnu::cold]] static void watch_thread_exit() noexcept {
    static thread_local const AtThreadExit hook{[]() noexcept { give_back(stock_, stock_.count); }};
    (void)hook;
  }

  /// @pre the stock is empty
  [[gnu::noinline, gnu::cold]] static void refill(Stock& stock) {
    watch_thread_exit();
    Shared& all = shared();
    const std::lock_guard lock(all.mutex);
    if (all.objects.empty()) add_slab(all);
    const auto share = std::min<std::size_t>(batch, all.objects.size());
    std::copy(all.objects.end() - static_cast<std::ptrdiff_t>(share), all.objects.end(), stock.objects);
    all.objects.resize(all.objects.size() - share);
    stock.count = static_cast<std::uint32_t>(share);
  }

  static void add_slab(Shared& all) {
    // So that giving back never allocates.
    if (all.objects.capacity() < all.count + batch) all.objects.reserve(2 * all.count + batch);
    auto* const slab = new Slab;
    all.count += batch;
    // The first of them is taken first.
    for (std::uint32_t i = batch; i-- > 0;) all.objects.push_back(&slab->objects[i]);
    slab->older = all.slabs.load(std::memory_order_relaxed);
    all.slabs.store(slab, std::memory_order_release);  // pairs with the acquire in for_each()
  }

  /// Those that were put longest ago stay.
  [[gnu::noinline, gnu::cold]] static void give_back(Stock& stock, std::uint32_t count) noexcept {
    Shared& all = shared();
    const std::lock_guard lock(all.mutex);
    stock.count -= count;
    all.objects.insert(all.objects.end(), stock.objects + stock.count, stock.objects + stock.count + count);
  }

  // With the model initial-exec, as the pool's magazines have it, g++ 12 and UndefinedBehaviorSanitizer take
  // the address of this one for null.
  static inline constinit thread_local Stock stock_{};
};

}  // namespace troupe::inline v0::detail

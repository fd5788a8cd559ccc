// PerThread: what an object keeps for each thread that uses it, without a lock on the way from a thread to
// its own.
//
// A thread keeps a pointer to the part that it used last. Objects are told apart from later ones by a number
// that never repeats, so a pointer that is left behind is never followed. A part outlives its thread, and is
// handed to a later one.
//
// Thread-safety: every function from any thread; what mine() returns is the calling thread's until it ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace troupe::inline v0::observe::detail {

/// What a thread has used last, of one class of parts.
struct CurrentPart {
  std::uint64_t owner = 0;
  void* part = nullptr;
};
/// The classes of parts: each has a place of its own.
enum class PartClass : std::uint8_t { ring, log };
// Not a member of the template, where g++ 12 and UndefinedBehaviorSanitizer take the address of a variable
// with this model for null. The model is worth 3 ns a message: see troupe/detail/context.hpp.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local CurrentPart current_parts[2];

/// The base of such parts.
struct ThreadPart {
  /// Its thread has ended: release in that thread, acquire in who takes it over.
  std::atomic<bool> is_free{false};
};

template <class Part, PartClass part_class>
class PerThread {
 public:
  /// The function makes the n-th part, from 1 on. @pre most < 2^32
  PerThread(std::size_t most, std::function<std::shared_ptr<Part>(std::uint32_t)> make)
      : most_(most), make_(std::move(make)), number_(next_number()) {}

  /// As mine(), if this thread has used no other object since; else null.
  Part* mine_at_hand() const noexcept {
    const CurrentPart& current = current_part();
    return current.owner == number_ ? static_cast<Part*>(current.part) : nullptr;
  }
  /// Null: there is no memory for it, there are too many, or the thread is about to end.
  Part* mine() noexcept {
    Part* const part = mine_at_hand();
    return part ? part : find_or_take();
  }

  std::vector<std::shared_ptr<Part>> all() const {
    const std::lock_guard lock(mutex_);
    return parts_;
  }

 private:
  static CurrentPart& current_part() noexcept { return current_parts[static_cast<std::size_t>(part_class)]; }
  /// The thread's other destructors may still come here.
  static inline constinit thread_local bool closed = false;

  /// The parts of a thread, of all objects that it has used.
  struct Home {
    std::vector<std::pair<std::uint64_t, std::shared_ptr<Part>>> parts;

    Home() = default;
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;
    ~Home() {
      closed = true;
      current_part() = {};
      // release: pairs with the acquire in take(). Who takes the part goes on where this thread was.
      for (const auto& [owner, part] : parts) part->is_free.store(true, std::memory_order_release);
    }
  };
  static Home& home() {
    thread_local Home of_this_thread;
    return of_this_thread;
  }

  static std::uint64_t next_number() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  Part* find_or_take() noexcept {
    if (closed) return nullptr;
    try {
      auto& parts = home().parts;
      for (const auto& [owner, part] : parts) {
        if (owner == number_) {
          current_part() = {number_, part.get()};
          return part.get();
        }
      }
      // Those of objects that are gone.
      std::erase_if(parts, [](const auto& one) { return one.second.use_count() == 1; });
      auto part = take();
      if (!part) return nullptr;
      parts.emplace_back(number_, part);
      current_part() = {number_, part.get()};
      return part.get();
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  std::shared_ptr<Part> take() {
    const std::lock_guard lock(mutex_);
    for (const auto& part : parts_) {
      // acquire: pairs with the release in ~Home().
      if (!part->is_free.load(std::memory_order_acquire)) continue;
      part->is_free.store(false, std::memory_order_relaxed);
      return part;
    }
    if (parts_.size() == most_) return nullptr;
    parts_.push_back(make_(static_cast<std::uint32_t>(parts_.size() + 1)));
    return parts_.back();
  }

  const std::size_t most_;
  const std::function<std::shared_ptr<Part>(std::uint32_t)> make_;
  const std::uint64_t number_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Part>> parts_;  // under mutex_
};

}  // namespace troupe::inline v0::observe::detail

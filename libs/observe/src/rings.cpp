#include "rings.hpp"

#include <new>

namespace troupe::inline v0::observe::detail {

constinit thread_local Rings::Current Rings::current;

/// The rings of a thread, of all tracers that have seen it: gives them back when the thread ends.
class ThreadHome {
 public:
  struct Place {
    std::uint64_t rings;
    std::shared_ptr<ThreadRing> ring;
  };

  ThreadHome() = default;
  ThreadHome(const ThreadHome&) = delete;
  ThreadHome& operator=(const ThreadHome&) = delete;
  ~ThreadHome() {
    closed = true;
    Rings::current = {};
    // release: pairs with the acquire in take(). Who takes the ring over goes on where this thread was.
    for (const Place& place : places_) place.ring->is_free.store(true, std::memory_order_release);
  }

  ThreadRing* find(std::uint64_t rings) {
    for (const Place& place : places_) {
      if (place.rings == rings) return place.ring.get();
    }
    return nullptr;
  }
  void add(Place place) {
    // Those of tracers that are gone.
    std::erase_if(places_, [](const Place& one) { return one.ring.use_count() == 1; });
    places_.push_back(std::move(place));
  }

  /// The thread's other destructors may still send.
  static constinit thread_local bool closed;

 private:
  std::vector<Place> places_;
};

constinit thread_local bool ThreadHome::closed = false;

namespace {
thread_local ThreadHome home;
}

std::uint64_t Rings::next_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

ThreadRing* Rings::find_or_make() noexcept {
  if (ThreadHome::closed) return nullptr;
  try {
    ThreadRing* ring = home.find(number_);
    if (!ring) {
      const auto taken = take();
      if (!taken) return nullptr;
      ring = taken.get();
      home.add({number_, taken});
    }
    current = {number_, ring};
    return ring;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

std::shared_ptr<ThreadRing> Rings::take() {
  constexpr std::size_t most_rings = 0xFFFF;  // an index fits in the upper 16 bits of a message's name
  const std::lock_guard lock(mutex_);
  const auto begin = [](ThreadRing& ring) {
    ring.on_worker = troupe::detail::context.worker != nullptr;
    ring.in_turn = ring.owes_end = false;
    ring.last_ticks = ticks();
  };
  for (const auto& ring : rings_) {
    // acquire: pairs with the release in ~ThreadHome().
    if (!ring->is_free.load(std::memory_order_acquire)) continue;
    ring->is_free.store(false, std::memory_order_relaxed);
    begin(*ring);
    return ring;
  }
  if (rings_.size() == most_rings) return nullptr;
  auto ring = std::make_shared<ThreadRing>(static_cast<std::uint32_t>(rings_.size() + 1), events_per_thread_);
  begin(*ring);
  rings_.push_back(ring);
  return ring;
}

std::vector<std::shared_ptr<const ThreadRing>> Rings::all() const {
  const std::lock_guard lock(mutex_);
  return {rings_.begin(), rings_.end()};
}

}  // namespace troupe::inline v0::observe::detail

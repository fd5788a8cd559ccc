// The memory of the model: release/acquire semantics in the operational style.
//
// Each location keeps its stores in modification order, each with the knowledge that its release hands over.
// A load may read any store that its thread's view doesn't rule out; which one is the caller's choice. A
// read-modify-write reads the last store and carries on its release sequence. Not modelled: a store that
// enters the modification order before one that was executed earlier, and load buffering (README.md).
//
// Pure bookkeeping: scheduling, choosing and reporting are done by Machine.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "clock.hpp"

namespace troupe::model {

struct StoreRecord {
  std::uint64_t value = 0;
  Knowledge released;  // empty unless the store, or one that it continues, has released
};

struct Location {
  std::vector<StoreRecord> stores;  // in modification order
  Clock accessed;                   // by whom, and when last
  std::size_t creator = 0;          // the constructor isn't atomic: whoever uses the location must know of it
  std::uint16_t created = 0;
  std::uintptr_t address = 0;
  bool freed = false;
  std::string name;
};

inline bool acquires(std::memory_order order) {
  return order != std::memory_order_relaxed && order != std::memory_order_release;
}
inline bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

class Memory {
 public:
  /// What one thread knows, and what its fences have prepared.
  struct Mind {
    Knowledge now;
    Knowledge to_acquire;  // seen by relaxed loads: an acquire fence takes it over
    Knowledge to_release;  // known at the last release fence: relaxed stores hand it over
  };

  void reset() {
    used_ = 0;
    global_ = {};
    minds_ = {};
    for (std::size_t thread = 0; thread < max_threads; ++thread) minds_[thread].now.clock.at[thread] = 1;
  }

  Mind& mind(std::size_t thread) { return minds_[thread]; }
  Location& location(std::size_t id) { return locations_[id]; }
  [[nodiscard]] std::size_t size() const { return used_; }

  std::size_t create(std::size_t thread, std::uintptr_t address, std::uint64_t value) {
    if (used_ == max_locations) throw std::length_error("raise max_locations");
    Location& location = locations_[used_];
    location.stores.clear();
    location.stores.push_back({value, {}});
    location.accessed = {};
    location.creator = thread;
    location.created = minds_[thread].now.clock.at[thread];
    location.address = address;
    location.freed = false;
    location.name.clear();
    touch(thread, location);
    return used_++;
  }

  /// The oldest store of `id` that the thread may read.
  std::size_t oldest_readable(std::size_t thread, std::size_t id, std::memory_order order) {
    std::size_t oldest = minds_[thread].now.view.at[id];
    if (order == std::memory_order_seq_cst) oldest = std::max<std::size_t>(oldest, global_.at[id]);
    return oldest;
  }

  std::uint64_t read(std::size_t thread, std::size_t id, std::size_t index, std::memory_order order) {
    Mind& mind = minds_[thread];
    const StoreRecord& store = locations_[id].stores[index];
    mind.now.view.raise(id, index);
    mind.to_acquire.join(store.released);
    if (acquires(order)) mind.now.join(store.released);
    if (order == std::memory_order_seq_cst) global_.raise(id, index);
    finish(thread, id);
    return store.value;
  }

  void write(std::size_t thread, std::size_t id, std::uint64_t value, std::memory_order order) {
    append(thread, id, value, order, {});
    finish(thread, id);
  }

  /// Reads the last store and puts `value` right behind it.
  void read_modify_write(std::size_t thread, std::size_t id, std::uint64_t value, std::memory_order order) {
    Mind& mind = minds_[thread];
    const Knowledge continued = locations_[id].stores.back().released;
    mind.to_acquire.join(continued);
    if (acquires(order)) mind.now.join(continued);
    append(thread, id, value, order, continued);
    finish(thread, id);
  }

  void fence(std::size_t thread, std::memory_order order) {
    Mind& mind = minds_[thread];
    if (acquires(order)) mind.now.join(mind.to_acquire);
    if (order == std::memory_order_seq_cst) {
      mind.now.view.join(global_);
      global_ = mind.now.view;
    }
    if (releases(order)) mind.to_release = mind.now;
    tick(thread);
  }

  /// Makes what `from` knows known to `to`: the start and the end of a thread, or an item of a channel.
  void hand_over(std::size_t to, const Knowledge& from) { minds_[to].now.join(from); }

  Knowledge release(std::size_t thread) {
    Knowledge known = minds_[thread].now;
    tick(thread);
    return known;
  }

 private:
  void append(std::size_t thread, std::size_t id, std::uint64_t value, std::memory_order order,
              const Knowledge& continued) {
    Mind& mind = minds_[thread];
    Location& location = locations_[id];
    mind.now.view.raise(id, location.stores.size());
    StoreRecord& store = location.stores.emplace_back(StoreRecord{value, continued});
    store.released.join(releases(order) ? mind.now : mind.to_release);
    if (order == std::memory_order_seq_cst) global_.raise(id, location.stores.size() - 1);
  }

  void touch(std::size_t thread, Location& location) {
    location.accessed.raise(thread, minds_[thread].now.clock.at[thread]);
  }
  /// What follows a release in its thread isn't part of it: each operation ends the thread's epoch.
  void tick(std::size_t thread) { ++minds_[thread].now.clock.at[thread]; }
  void finish(std::size_t thread, std::size_t id) {
    touch(thread, locations_[id]);
    tick(thread);
  }

  std::array<Location, max_locations> locations_;
  std::size_t used_ = 0;
  View global_;  // what the total order of seq_cst operations and fences has made visible
  std::array<Mind, max_threads> minds_;
};

}  // namespace troupe::model

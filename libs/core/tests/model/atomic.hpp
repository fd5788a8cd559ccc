// model::Atomic, with the interface of std::atomic: each operation is a step of the machine.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "machine.hpp"

namespace troupe::model {

inline const char* name_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    default:
      return "seq_cst";
  }
}

inline std::uintptr_t address_of(const void* object) { return reinterpret_cast<std::uintptr_t>(object); }

/// Calls visit(location, ordinal) for each atomic among these bytes, in the order of creation.
template <class Visit>
void for_each_inside(std::uintptr_t from, std::size_t bytes, Visit visit) {
  std::size_t ordinal = 0;
  for (std::size_t id = 0; id < machine().memory.size(); ++id) {
    Location& location = machine().memory.location(id);
    if (location.address >= from && location.address < from + bytes) visit(location, ordinal++);
  }
}

/// Names the atomics inside an object, in the order of their creation, for the record of a failure.
template <class Object, class... Names>
void name_atomics(const Object& object, const std::string& prefix, Names... names) {
  if (!machine().recording()) return;
  const std::array<std::string, sizeof...(names)> suffixes{names...};
  for_each_inside(address_of(&object), sizeof(object), [&](Location& location, std::size_t ordinal) {
    if (ordinal < suffixes.size()) location.name = prefix + suffixes[ordinal];
  });
}

/// The newest value of the atomic that was created as number `ordinal` inside the object. Not a step.
template <class Object>
std::uint64_t peek(const Object& object, std::size_t ordinal) {
  std::uint64_t value = 0;
  for_each_inside(address_of(&object), sizeof(object), [&](Location& location, std::size_t at) {
    if (at == ordinal) value = location.stores.back().value;
  });
  return value;
}

/// Ends the life of the atomics inside an object whose memory stays with the caller. Whoever uses them later,
/// or might have used them just now, is reported.
template <class Object>
void free_atomics(const Object& object) {
  for_each_inside(address_of(&object), sizeof(object), [](Location& location, std::size_t) {
    Machine& on = machine();
    if (location.freed) on.fail(location.name + " is freed twice");
    if (on.memory.mind(on.self()).now.clock.first_behind(location.accessed) != max_threads) {
      on.fail("data race: " + location.name + " is freed, and its last use didn't happen before that");
    }
    location.freed = true;
  });
}

template <class T>
class Atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));

 public:
  Atomic() : Atomic(T{}) {}
  Atomic(T value) : id_(machine().memory.create(machine().self(), address_of(this), encode(value))) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;
  ~Atomic() {
    Location& location = machine().memory.location(id_);
    location.freed = true;
    location.address = 0;
  }

  T load(std::memory_order order = std::memory_order_seq_cst) const {
    begin();
    return read(choose_store(order, nullptr), order, "load");
  }

  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    begin();
    machine().memory.write(machine().self(), id_, encode(value), order);
    if (machine().recording()) record("store", " := " + show(value), order);
  }

  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) {
    return modify("exchange", [value](T) { return value; }, order);
  }
  T fetch_and(T mask, std::memory_order order = std::memory_order_seq_cst) {
    return modify("fetch_and", [mask](T old) { return static_cast<T>(old & mask); }, order);
  }
  T fetch_or(T mask, std::memory_order order = std::memory_order_seq_cst) {
    return modify("fetch_or", [mask](T old) { return static_cast<T>(old | mask); }, order);
  }
  T fetch_add(T operand, std::memory_order order = std::memory_order_seq_cst) {
    return modify("fetch_add", [operand](T old) { return static_cast<T>(old + operand); }, order);
  }
  T fetch_sub(T operand, std::memory_order order = std::memory_order_seq_cst) {
    return modify("fetch_sub", [operand](T old) { return static_cast<T>(old - operand); }, order);
  }

  bool compare_exchange_strong(T& expected, T desired, std::memory_order success, std::memory_order failure) {
    begin();
    // A failed one is but a load, which may read an older store if that differs from what was expected.
    const std::uint64_t hoped_for = encode(expected);
    const std::size_t index = choose_store(failure, &hoped_for);
    if (at().stores[index].value != hoped_for) {
      expected = read(index, failure, "failed compare_exchange");
      return false;
    }
    machine().memory.read_modify_write(machine().self(), id_, encode(desired), success);
    if (machine().recording()) record("compare_exchange", was(expected, desired), success);
    return true;
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst) {
    const bool releasing = order == std::memory_order_release || order == std::memory_order_acq_rel;
    const auto failure = !releasing                           ? order
                         : order == std::memory_order_acq_rel ? std::memory_order_acquire
                                                              : std::memory_order_relaxed;
    return compare_exchange_strong(expected, desired, order, failure);
  }

 private:
  static std::uint64_t encode(T value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
  }
  static T decode(std::uint64_t bits) {
    T value;
    std::memcpy(&value, &bits, sizeof(T));
    return value;
  }

  [[nodiscard]] Location& at() const { return machine().memory.location(id_); }
  [[nodiscard]] std::size_t oldest(std::memory_order order) const {
    return machine().memory.oldest_readable(machine().self(), id_, order);
  }

  /// Which store to read. The newest is the first choice; older ones count as stale, and those that hold
  /// `except` can't be read. Of two with the same value, of which the older tells no more than the newer, the
  /// newer is left out: whatever may follow it may follow the older one too.
  std::size_t choose_store(std::memory_order order, const std::uint64_t* except) const {
    const std::vector<StoreRecord>& stores = at().stores;
    std::array<std::size_t, 64> readable;
    unsigned count = 0;
    std::size_t index = stores.size() - 1;
    readable[count++] = index;
    for (const std::size_t last = oldest(order); index-- > last && count < readable.size();) {
      const std::uint64_t value = stores[index].value;
      if (except && value == *except) continue;
      if (is_covered(stores[index], stores[readable[count - 1]])) --count;
      readable[count++] = index;
    }
    const unsigned choice = machine().choose(machine().allowed_stale(count));
    machine().count_stale(choice > 0);
    return readable[choice];
  }
  static bool is_covered(const StoreRecord& older, const StoreRecord& newer) {
    return older.value == newer.value && newer.released.covers(older.released);
  }

  void begin() const {
    Machine& on = machine();
    on.step();
    const Location& location = at();
    if (location.freed) on.fail(location.name + " is used after it was freed");
    if (on.memory.mind(on.self()).now.clock.at[location.creator] < location.created) {
      on.fail("data race: " + location.name + " is used, and its construction didn't happen before that");
    }
  }

  T read(std::size_t index, std::memory_order order, const char* operation) const {
    const bool stale = index + 1 != at().stores.size();
    const T value = decode(machine().memory.read(machine().self(), id_, index, order));
    machine().last_loaded(id_, index);
    if (machine().recording()) record(operation, " = " + show(value) + (stale ? " (stale)" : ""), order);
    return value;
  }

  template <class Change>
  T modify(const char* operation, Change change, std::memory_order order) {
    begin();
    const T old = decode(at().stores.back().value);
    const T value = change(old);
    machine().memory.read_modify_write(machine().self(), id_, encode(value), order);
    if (machine().recording()) record(operation, was(old, value), order);
    return old;
  }

  void record(const char* operation, const std::string& values, std::memory_order order) const {
    machine().record(at().name + '.' + operation + values + "  [" + name_of(order) + ']');
  }
  static std::string was(T old, T value) { return ": " + show(old) + " -> " + show(value); }

  /// Words that hold the address of a named atomic, perhaps with flags in the low bits, show its name.
  static std::string show(T value) {
    const std::uint64_t bits = encode(value);
    if (bits < 4096) return std::to_string(bits);
    std::string text = "(address)";
    for_each_inside(bits & ~std::uint64_t{7}, 1,
                    [&](const Location& location, std::size_t) { text = location.name; });
    return bits & 7 ? text + '|' + std::to_string(bits & 7) : text;
  }

  std::size_t id_;
};

/// Like std::atomic_thread_fence, under a name that argument lookup can't confuse with it.
inline void fence(std::memory_order order) {
  machine().step();
  machine().memory.fence(machine().self(), order);
  if (machine().recording()) machine().record(std::string("fence  [") + name_of(order) + ']');
}

}  // namespace troupe::model

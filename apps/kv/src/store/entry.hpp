// One key with its value, as the table, the expiry index and the commands see it.
// Thread-safety: none; it belongs to one shard.
#pragma once

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace troupe::kv {

using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

// The last time there is. A command may ask for it too, so an entry's slot says whether it has an expiry.
inline constexpr TimePoint kNever{std::chrono::milliseconds::max()};

inline constexpr std::uint32_t kNoSlot = std::numeric_limits<std::uint32_t>::max();

// A key that is looked up, with its hash.
struct Key {
  std::string_view text;
  std::uint64_t hash;
};

struct EntryDeleter;

// Made by make_entry only: the key's bytes lie right behind it, in the same block of memory.
class Entry {
 public:
  Entry* next = nullptr;  // in the same bucket
  const std::uint64_t hash;
  TimePoint expires = kNever;
  std::uint32_t expiry_slot = kNoSlot;  // where the expiry index keeps it
  const std::uint32_t key_bytes;
  std::string value;

  [[nodiscard]] std::string_view key() const noexcept {
    return {reinterpret_cast<const char*>(this + 1), key_bytes};
  }

  [[nodiscard]] bool has_expiry() const noexcept { return expiry_slot != kNoSlot; }
  // A key lives through the very millisecond that it expires at.
  [[nodiscard]] bool is_expired(TimePoint now) const noexcept { return now > expires; }

 private:
  friend struct EntryDeleter;
  friend std::unique_ptr<Entry, EntryDeleter> make_entry(Key key, std::string_view value);
  Entry(Key key, std::string_view value_given)
      : hash(key.hash), key_bytes(static_cast<std::uint32_t>(key.text.size())), value(value_given) {}
  ~Entry() = default;
};

struct EntryDeleter {
  void operator()(Entry* entry) const noexcept {
    entry->~Entry();
    ::operator delete(entry);
  }
};

using EntryPointer = std::unique_ptr<Entry, EntryDeleter>;

[[nodiscard]] inline EntryPointer make_entry(Key key, std::string_view value) {
  assert(key.text.size() <= std::numeric_limits<std::uint32_t>::max());
  void* block = ::operator new(sizeof(Entry) + key.text.size());
  try {
    Entry* entry = new (block) Entry(key, value);
    std::copy(key.text.begin(), key.text.end(), static_cast<char*>(block) + sizeof(Entry));
    return EntryPointer(entry);
  } catch (...) {
    ::operator delete(block);
    throw;
  }
}

}  // namespace troupe::kv

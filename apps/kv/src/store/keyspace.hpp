// All that one shard holds: its part of each numbered database, and counts of what happened to them. Time is
// always passed in; nothing here reads a clock.
// Thread-safety: none; it belongs to one shard actor.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "resp/limits.hpp"
#include "store/database.hpp"
#include "store/hash.hpp"

namespace troupe::kv {

inline constexpr std::uint32_t kDefaultDatabases = 16;

struct KeyspaceOptions {
  std::uint32_t databases = kDefaultDatabases;
  HashSecret secret = {};  // the same in all shards, and in whoever routes to them
  std::size_t max_value_bytes = Limits{}.max_bulk_bytes;
};

class Keyspace {
 public:
  explicit Keyspace(const KeyspaceOptions& options = {})
      : secret_(options.secret), max_value_bytes_(options.max_value_bytes), databases_(options.databases) {}

  // @pre index < databases()
  [[nodiscard]] Database& database(std::uint32_t index) noexcept { return databases_[index]; }
  [[nodiscard]] const Database& database(std::uint32_t index) const noexcept { return databases_[index]; }
  [[nodiscard]] std::uint32_t databases() const noexcept {
    return static_cast<std::uint32_t>(databases_.size());
  }

  [[nodiscard]] Key key(std::string_view text) const noexcept { return {text, hash_key(secret_, text)}; }
  [[nodiscard]] std::size_t max_value_bytes() const noexcept { return max_value_bytes_; }
  void set_max_value_bytes(std::size_t bytes) noexcept { max_value_bytes_ = bytes; }

  void clear() noexcept;

  // One step of active expiry: removes up to `budget` expired keys, the databases taking turns; returns how
  // many. Less than the budget means that nothing expired is left.
  std::size_t expire_some(TimePoint now, std::size_t budget) noexcept;

  // When expire_some will next have something to do; kNever if nothing expires.
  [[nodiscard]] TimePoint next_expiry() const noexcept;

  // Lookups by reading commands.
  void count_lookup(bool found) noexcept { ++(found ? hits_ : misses_); }
  [[nodiscard]] std::uint64_t hits() const noexcept { return hits_; }
  [[nodiscard]] std::uint64_t misses() const noexcept { return misses_; }
  [[nodiscard]] std::uint64_t expired() const noexcept;
  void reset_counts() noexcept;

 private:
  HashSecret secret_;
  std::size_t max_value_bytes_;
  std::deque<Database> databases_;  // a deque, because a database can't move
  std::size_t first_to_expire_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  std::uint64_t expired_before_reset_ = 0;
};

}  // namespace troupe::kv

// One numbered database of one shard: keys, values and expiries. A key that has expired is as good as gone:
// whoever meets it removes it (lazily), and expire_some removes those that nobody meets.
// Thread-safety: none; it belongs to one shard.
// Invariants: 1. an entry is in the expiry index exactly if it has an expiry.  2. the expired count only
// grows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/entry.hpp"
#include "store/expiry_index.hpp"
#include "store/table.hpp"

namespace troupe::kv {

class Database {
 public:
  // Keys held, those included that have expired and that nobody has met since.
  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  [[nodiscard]] std::size_t expiring() const noexcept { return expiries_.size(); }
  [[nodiscard]] std::uint64_t expired() const noexcept { return expired_; }
  [[nodiscard]] std::chrono::milliseconds mean_time_left(TimePoint now) const noexcept {
    return expiries_.mean_time_left(now);
  }

  // nullptr if it isn't there, or no longer. Expected constant time.
  [[nodiscard]] Entry* find(Key key, TimePoint now);

  // @pre find has just said that it isn't there.
  Entry& insert(Key key, std::string_view value);

  // Sets the value whether or not the key is there; an expiry it had is dropped.
  Entry& put(Key key, std::string_view value, TimePoint now);

  void erase(Entry& entry) noexcept;
  void clear() noexcept;

  void set_expiry(Entry& entry, TimePoint expires) { expiries_.set(entry, expires); }
  void clear_expiry(Entry& entry) noexcept { expiries_.clear(entry); }

  // Removes up to `budget` keys that have expired; returns how many. Costs a logarithm for each and nothing
  // for others.
  std::size_t expire_some(TimePoint now, std::size_t budget) noexcept;

  // When expire_some will next have something to do; kNever if nothing expires.
  [[nodiscard]] TimePoint next_expiry() const noexcept {
    return expiries_.empty() ? kNever : expiries_.first().expires;
  }

  // Walks along the keys, see Table::scan_bucket. Calls visit for expired ones too: they can't be removed
  // meanwhile.
  template <class Visit>
  ScanPosition scan_bucket(ScanPosition position, Visit&& visit) const {
    return table_.scan_bucket(position, visit);
  }

 private:
  Table table_;
  ExpiryIndex expiries_;
  std::uint64_t expired_ = 0;
};

}  // namespace troupe::kv

#include "store/database.hpp"

namespace troupe::kv {

Entry* Database::find(Key key, TimePoint now) {
  Entry* entry = table_.find(key);
  if (entry == nullptr || !entry->is_expired(now)) return entry;
  ++expired_;
  erase(*entry);
  return nullptr;
}

Entry& Database::insert(Key key, std::string_view value) { return table_.insert(make_entry(key, value)); }

Entry& Database::put(Key key, std::string_view value, TimePoint now) {
  Entry* entry = find(key, now);
  if (entry == nullptr) return insert(key, value);
  entry->value = value;
  expiries_.clear(*entry);
  return *entry;
}

void Database::erase(Entry& entry) noexcept {
  expiries_.clear(entry);
  table_.remove(entry);
}

void Database::clear() noexcept {
  expiries_.reset();
  table_.clear();
}

std::size_t Database::expire_some(TimePoint now, std::size_t budget) noexcept {
  std::size_t removed = 0;
  while (removed < budget && !expiries_.empty() && expiries_.first().is_expired(now)) {
    erase(expiries_.first());
    ++removed;
  }
  expired_ += removed;
  return removed;
}

}  // namespace troupe::kv

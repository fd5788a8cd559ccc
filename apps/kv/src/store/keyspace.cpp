#include "store/keyspace.hpp"
#include <algorithm>

namespace troupe::kv {
namespace {

std::uint64_t count_expired(const std::deque<Database>& databases) noexcept {
  std::uint64_t sum = 0;
  for (const Database& database : databases) sum += database.expired();
  return sum;
}

}  // namespace

void Keyspace::clear() noexcept {
  for (Database& database : databases_) database.clear();
}

std::size_t Keyspace::expire_some(TimePoint now, std::size_t budget) noexcept {
  std::size_t removed = 0;
  // The next step begins with another database, or a busy one could keep the budget to itself.
  for (std::size_t i = 0; i < databases_.size() && removed < budget; ++i) {
    removed += databases_[(first_to_expire_ + i) % databases_.size()].expire_some(now, budget - removed);
  }
  if (!databases_.empty()) first_to_expire_ = (first_to_expire_ + 1) % databases_.size();
  return removed;
}

TimePoint Keyspace::next_expiry() const noexcept {
  TimePoint next = kNever;
  for (const Database& database : databases_) next = std::min(next, database.next_expiry());
  return next;
}

std::uint64_t Keyspace::expired() const noexcept { return count_expired(databases_) - expired_before_reset_; }

void Keyspace::reset_counts() noexcept {
  hits_ = 0;
  misses_ = 0;
  expired_before_reset_ = count_expired(databases_);
}

}  // namespace troupe::kv

#include "supervision/quarantine.hpp"
#include <algorithm>
#include <utility>

#include <troupe/detail/tracing.hpp>
#include <troupe/lifecycle.hpp>

#include "observe/describe.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

void Quarantine::add(Cell& cell, const MessageOps& message, const std::exception_ptr& cause, Poison poison) {
  Entry entry;
  entry.record.path = path_of(cell);
  entry.record.actor = class_name(cell);
  entry.record.message = message.message;
  entry.record.attempts = poison.attempts;
  entry.record.cause = cause;
  entry.record.content_ = std::move(poison.content);
  entry.cell = &cell;
  entry.gen = cell.gen.load(std::memory_order_relaxed);
  entry.letter = poison.letter;
  std::optional<Entry> oldest;
  {
    const std::lock_guard lock(mutex_);
    if (entries_.size() == capacity) {
      oldest = std::move(entries_.front());
      entries_.pop_front();
    }
    entry.record.number = ++last_number_;
    entries_.push_back(std::move(entry));
  }
  if (oldest) drop(*oldest, &cell.group().runtime());
}

void Quarantine::drop(const Entry& entry, Runtime* runtime) {
  entry.letter->ops->drop(*entry.letter,
                          {StopReason::failed, entry.record.cause, runtime, entry.record.path});
  free_envelope(entry.letter);
}

std::vector<Quarantined> Quarantine::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Quarantined> records;
  records.reserve(entries_.size());
  for (const Entry& entry : entries_) records.push_back(entry.record);
  return records;
}

std::optional<Quarantine::Entry> Quarantine::take(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.record.number == number; });
  if (found == entries_.end()) return std::nullopt;
  std::optional<Entry> taken = std::move(*found);
  entries_.erase(found);
  return taken;
}

bool Quarantine::redeliver(std::uint64_t number) {
  const auto entry = take(number);
  if (!entry) return false;
  send_letter(*entry->cell, entry->letter);
  return true;
}

bool Quarantine::discard(std::uint64_t number) {
  const auto entry = take(number);
  if (!entry) return false;
  drop(*entry, nullptr);
  return true;
}

void Quarantine::end() {
  std::deque<Entry> left;
  {
    const std::lock_guard lock(mutex_);
    left.swap(entries_);
  }
  for (const Entry& entry : left) drop(entry, nullptr);
}

}  // namespace troupe::inline v0::detail

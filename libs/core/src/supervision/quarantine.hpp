// The messages of one system that have failed too often.
// Thread-safety: all functions from any thread. Nothing is sent or dropped under the lock.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include <troupe/detail/dead_letter_box.hpp>
#include <troupe/quarantined.hpp>

namespace troupe::inline v0::detail {

class Quarantine {
 public:
  static constexpr std::size_t capacity = 1000;

  /// The oldest makes room for it, as a dead letter. @pre the caller holds the cell's token
  void add(Cell& cell, const MessageOps& message, const std::exception_ptr& cause, Poison poison);
  std::vector<Quarantined> list() const;
  bool redeliver(std::uint64_t number);
  bool discard(std::uint64_t number);
  /// @pre no actor lives
  void end();

 private:
  struct Entry {
    Quarantined record;
    Cell* cell = nullptr;
    std::uint64_t gen = 0;
    Envelope* letter = nullptr;
  };
  std::optional<Entry> take(std::uint64_t number);
  static void drop(const Entry& entry, Runtime* runtime);

  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::uint64_t last_number_ = 0;
};

}  // namespace troupe::inline v0::detail

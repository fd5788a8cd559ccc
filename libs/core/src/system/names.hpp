// Who is called what: the paths of named actors.
// Thread-safety: all functions from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <troupe/detail/cell.hpp>
#include <troupe/errors.hpp>

namespace troupe::inline v0::detail {

class Names {
 public:
  struct Entry {
    Cell* cell;
    std::uint64_t gen;  ///< 0: under construction
    const ActorOps* ops;
  };

  /// @throws SpawnError: the path is taken
  void add(const std::string& path, Cell& cell, const ActorOps* ops) {
    const std::lock_guard lock(mutex_);
    if (!entries_.try_emplace(path, Entry{&cell, 0, ops}).second) {
      throw SpawnError(
          "can't spawn " + std::string(ops->name) + " as '" + path +
          "': a living actor has this path; choose another name, or stop and join that actor first");
    }
  }
  void settle(const std::string& path, std::uint64_t gen) {
    const std::lock_guard lock(mutex_);
    if (const auto found = entries_.find(path); found != entries_.end()) found->second.gen = gen;
  }
  void remove(const std::string& path) {
    const std::lock_guard lock(mutex_);
    entries_.erase(path);
  }
  /// Unless the path has passed to another.
  void remove(const std::string& path, const Cell& cell) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(path);
    if (found != entries_.end() && found->second.cell == &cell) entries_.erase(found);
  }
  std::optional<Entry> find(std::string_view path) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(path);
    if (found == entries_.end() || found->second.gen == 0) return std::nullopt;
    return found->second;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view path) const { return std::hash<std::string_view>{}(path); }
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
};

}  // namespace troupe::inline v0::detail

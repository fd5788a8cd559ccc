// A group: where the actors that share a set of threads become ready.
#pragma once

#include <atomic>

#include <troupe/detail/cell.hpp>
#include <troupe/fwd.hpp>

namespace troupe::inline v0::detail {

/// Thread-safety: submit() from any thread.
class Group {
 public:
  /// `runtime` may be null until it is set, before the first actor.
  explicit Group(Runtime* runtime) : runtime_(runtime) {}
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  virtual ~Group() = default;

  /// Takes the cell's token, and runs it soon.
  virtual void submit(Cell& cell) = 0;

  Runtime& runtime() const { return *runtime_.load(std::memory_order_relaxed); }

 protected:
  /// Atomic, since a late sender may ask a group that another system uses again.
  std::atomic<Runtime*> runtime_;
};

/// What a dead cell calls home: says which system's dead letters its late messages are.
class Graveyard final : public Group {
 public:
  using Group::Group;
  void submit(Cell&) override;
};

}  // namespace troupe::inline v0::detail

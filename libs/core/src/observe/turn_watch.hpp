// The turns of a group's workers, as they look from outside: which lasts for how long, and which for too
// long. Not thread-safe: the monitor's, under its lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <troupe/detail/cell.hpp>
#include <troupe/ports/clock.hpp>
#include <troupe/stall.hpp>

namespace troupe::inline v0::detail {

class Worker;
class ThreadGroup;

/// One worker's turns.
class TurnWatch {
 public:
  /// What can be seen of a worker at a moment.
  struct Sight {
    Cell* cell = nullptr;  ///< null: it is in no turn
    std::uint64_t activations = 0;
    std::uint64_t handled = 0;
    friend bool operator==(const Sight&, const Sight&) = default;
  };

  explicit TurnWatch(Worker& worker) : worker_(&worker) {}

  /// True: it is in the same turn as at the last look, or in none as then.
  bool look(SteadyTime now);
  /// After look(): names a turn that has become too long, and tells of the end of one that was named.
  void judge(SteadyTime now, std::chrono::nanoseconds limit, std::vector<Stall>& news);
  /// Tells of the end, if it was named.
  void end(SteadyTime now, std::vector<Stall>& news);

  Worker& worker() const { return *worker_; }
  const Cell* cell() const { return seen_.cell; }
  /// Whether what was seen at the last look still goes on.
  bool goes_on() const { return sight() == seen_; }
  SteadyTime since() const { return since_; }
  bool is_long(SteadyTime now, std::chrono::nanoseconds limit) const {
    return seen_.cell && now - since_ >= limit;
  }

 private:
  Sight sight() const;
  std::optional<Stall> describe() const;

  Worker* worker_;
  Sight seen_;
  SteadyTime since_{};
  std::uint64_t turns_seen_ = 0;
  std::optional<Stall> named_;
  SteadyTime named_since_{};
  std::uint64_t named_turn_ = 0;
};

/// The workers of a group.
class GroupWatch {
 public:
  GroupWatch(ThreadGroup& group, std::string_view name);

  void judge(SteadyTime now, std::chrono::nanoseconds limit, std::vector<Stall>& news);
  void end(SteadyTime now, std::vector<Stall>& news);

  ThreadGroup& group() const { return *group_; }
  std::vector<TurnWatch> workers;

 private:
  void judge_all(SteadyTime now, std::chrono::nanoseconds limit, std::vector<Stall>& news);

  ThreadGroup* group_;
  std::string name_;
  std::optional<Stall> named_;
  SteadyTime named_since_{};
};

}  // namespace troupe::inline v0::detail

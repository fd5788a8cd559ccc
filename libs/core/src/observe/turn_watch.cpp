#include "observe/turn_watch.hpp"
#include <algorithm>
#include <utility>

#include "lifecycle/pin.hpp"
#include "observe/describe.hpp"
#include "observe/tree_walk.hpp"
#include "scheduler/thread_group.hpp"

namespace troupe::inline v0::detail {

namespace {

void tell_end(std::optional<Stall>& named, std::chrono::nanoseconds lasted, std::vector<Stall>& news) {
  if (!named) return;
  named->ended = true;
  named->lasted = lasted;
  news.push_back(std::move(*named));
  named.reset();
}

}  // namespace

TurnWatch::Sight TurnWatch::sight() const {
  Cell* const cell = worker_->current();
  if (!cell) return {};
  return {cell, worker_->activations(), cell->handled.load(std::memory_order_relaxed)};
}

bool TurnWatch::look(SteadyTime now) {
  const Sight seen = sight();
  if (seen == seen_) return true;
  seen_ = seen;
  since_ = now;
  ++turns_seen_;
  return false;
}

void TurnWatch::judge(SteadyTime now, std::chrono::nanoseconds limit, std::vector<Stall>& news) {
  if (named_ && named_turn_ != turns_seen_) end(since_, news);
  if (named_ || !is_long(now, limit)) return;
  named_ = describe();
  if (!named_) return;
  named_since_ = since_;
  named_turn_ = turns_seen_;
  named_->lasted = now - since_;
  news.push_back(*named_);
}

void TurnWatch::end(SteadyTime now, std::vector<Stall>& news) { tell_end(named_, now - named_since_, news); }

std::optional<Stall> TurnWatch::describe() const {
  Cell& cell = *seen_.cell;
  Stall stall;
  {
    const std::uint64_t gen = cell.gen.load(std::memory_order_acquire);
    const Pin pin(cell, gen);
    if (!pin.holds()) return std::nullopt;
    // One that has ended may still see to its mail.
    stall.path = is_void(gen) ? std::string(ended_actor_path) : path_of(cell);
    stall.actor = class_name(cell);
    const MessageOps* const activity = cell.activity.load(std::memory_order_acquire);
    if (is_in_turn(activity)) stall.message = activity->message;
  }
  // It may have ended while it was described, and its cell may be another's.
  if (!goes_on()) return std::nullopt;
  return stall;
}

GroupWatch::GroupWatch(ThreadGroup& group, std::string_view name) : group_(&group), name_(name) {
  for (unsigned i = 0; i < group.size(); ++i) workers.emplace_back(group.worker(i));
}

void GroupWatch::judge(SteadyTime now, std::chrono::nanoseconds limit, std::vector<Stall>& news) {
  for (TurnWatch& one : workers) one.judge(now, limit, news);
  judge_all(now, limit, news);
}

void GroupWatch::judge_all(SteadyTime now, std::chrono::nanoseconds limit, std::vector<Stall>& news) {
  SteadyTime since{};  // of the last to get stuck
  bool all_stuck = true;
  for (const TurnWatch& one : workers) {
    all_stuck = all_stuck && one.is_long(now, limit);
    since = std::max(since, one.since());
  }
  if (!all_stuck) return tell_end(named_, now - named_since_, news);
  if (named_) return;
  const std::size_t waiting = group_->count_ready();
  if (waiting == 0) return;
  named_since_ = since;
  named_.emplace();
  named_->kind = StallKind::stuck_group;
  named_->group = name_;
  named_->waiting = waiting;
  named_->lasted = now - since;
  news.push_back(*named_);
}

void GroupWatch::end(SteadyTime now, std::vector<Stall>& news) {
  for (TurnWatch& one : workers) one.end(now, news);
  tell_end(named_, now - named_since_, news);
}

}  // namespace troupe::inline v0::detail

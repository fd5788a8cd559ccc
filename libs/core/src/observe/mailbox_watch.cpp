#include "observe/mailbox_watch.hpp"
#include <algorithm>
#include <tuple>
#include <utility>

#include "lifecycle/pin.hpp"
#include "lifecycle/tree_guard.hpp"
#include "memory/cells.hpp"
#include "observe/awaited.hpp"
#include "observe/describe.hpp"
#include "observe/mailbox_depth.hpp"
#include "observe/tree_walk.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

namespace {

// Nobody pops while a mailbox is counted, so what is counted has a bound. Who handles so many messages within
// the limit isn't stuck.
constexpr std::size_t most_counted = 4096;

/// How many messages that waited have given their places to others.
std::uint64_t displaced_from(Cell& cell, std::uint64_t gen) {
  if (!is_locked(gen)) return 0;
  const TreeGuard guard(cell);
  return cell.is(gen) ? mailbox_of(cell).displaced() : 0;
}

}  // namespace

void MailboxWatch::begin(Runtime& runtime, std::chrono::nanoseconds limit, const Bounds& bounds) {
  runtime_ = &runtime;
  limit_ = limit;
  bounds_ = bounds;
}

void MailboxWatch::end(SteadyTime now, std::vector<Stall>& news) {
  ++look_;
  forget(now, news);
}

void MailboxWatch::look(SteadyTime now, Over whom, std::vector<Stall>& news) {
  const std::size_t told_before = news.size();
  ++look_;
  unnamed_ = 0;
  one_of_ = 1 + left_out_ / bounds_.kept;
  left_out_ = 0;
  candidates_.clear();
  if (whom == Over::all) {
    for_each_cell([&](Cell& cell) {
      if (!is_void(cell.gen.load(std::memory_order_relaxed)) && !cell.lanes.looks_idle())
        see(cell, now, news);
    });
  } else {
    for (auto& [cell, busy] : busy_) {
      if (!cell->lanes.looks_idle()) see(*cell, now, news);
    }
  }
  count_candidates(now, news);
  forget(now, news);
  // In an order that a simulation can repeat.
  std::sort(
      news.begin() + static_cast<std::ptrdiff_t>(told_before), news.end(),
      [](const Stall& a, const Stall& b) { return std::tie(a.path, b.ended) < std::tie(b.path, a.ended); });
}

MailboxWatch::Busy* MailboxWatch::keep(Cell& cell) {
  if (const auto found = busy_.find(&cell); found != busy_.end()) return &found->second;
  // Others at each look.
  const auto number = reinterpret_cast<std::uintptr_t>(&cell) / sizeof(Cell);
  const bool is_drawn = one_of_ == 1 || (number * 0x9E3779B97F4A7C15u >> 20) % one_of_ == look_ % one_of_;
  if (is_drawn && busy_.size() < bounds_.kept) return &busy_[&cell];
  ++left_out_;
  return nullptr;
}

void MailboxWatch::see(Cell& cell, SteadyTime now, std::vector<Stall>& news) {
  if (Runtime::of(cell) != runtime_) return;
  // acquire: what the spawn has put into the cell; pairs with the release in enter_tree().
  const std::uint64_t gen = cell.gen.load(std::memory_order_acquire);
  if (is_void(gen)) return;
  Busy* const kept = keep(cell);
  if (!kept) return;
  Busy& busy = *kept;
  const std::uint64_t turn_number = cell.handled.load(std::memory_order_relaxed);
  const MessageOps* const turn = cell.activity.load(std::memory_order_relaxed);
  const bool is_new = busy.gen != gen;
  if (is_new) {
    end_stall(busy, now, news);
    busy = Busy();
    busy.gen = gen;
  }
  busy.moves = !is_new && turn_number != busy.turn_number;
  if (is_new || busy.moves || turn != busy.turn) {
    busy.turn = turn;
    busy.turn_number = turn_number;
    busy.turn_since = now;
  }
  busy.look = look_;
  if (busy.waiting != 0) judge(cell, busy, now, news);
  const bool is_surely_empty = busy.empty_word != 0 && busy.empty_word == cell.lanes.user_word();
  if (busy.waiting == 0 && !is_surely_empty) candidates_.push_back({&cell, &busy, is_new || busy.moves});
}

void MailboxWatch::judge(Cell& cell, Busy& busy, SteadyTime now, std::vector<Stall>& news) {
  const bool is_late = now - busy.since >= limit_;
  const std::uint64_t handled = busy.turn_number - busy.handled;
  const std::uint64_t displaced = displaced_from(cell, busy.gen) - busy.displaced;
  if (handled != 0 && handled + displaced >= busy.waiting) {
    // What waited at the beginning of the window is gone: the next one begins.
    if (!is_late) end_stall(busy, now, news);
    busy.waiting = 0;
  } else if (is_late && !busy.named) {
    name(cell, busy, now, news);
  }
}

void MailboxWatch::name(Cell& cell, Busy& busy, SteadyTime now, std::vector<Stall>& news) {
  if (named_ >= bounds_.named) {
    ++unnamed_;
    return;
  }
  auto named = std::make_unique<Named>();
  Stall& stall = named->stall;
  {
    const Pin pin(cell, busy.gen);
    if (!pin.holds()) return;
    const MessageOps* const activity = cell.activity.load(std::memory_order_acquire);
    stall.path = path_of(cell);
    stall.actor = class_name(cell);
    stall.state = state_of(cell, activity);
    if (is_in_turn(activity)) stall.message = activity->message;
    stall.waiting = std::max<std::size_t>(mailbox_depth(cell, most_counted), 1);
  }
  stall.kind = StallKind::waiting_mail;
  if (stall.state == ActorState::awaiting) stall.awaits = describe_awaited(cell, busy.gen);
  if (!stall.message.empty()) stall.in_turn = now - busy.turn_since;
  stall.lasted = now - busy.since;
  named->since = busy.since;
  news.push_back(stall);
  busy.named = std::move(named);
  ++named_;
}

void MailboxWatch::count_candidates(SteadyTime now, std::vector<Stall>& news) {
  if (candidates_.size() > bounds_.counted) {
    // Those that stand still first.
    const auto limit = candidates_.begin() + static_cast<std::ptrdiff_t>(bounds_.counted);
    std::partial_sort(candidates_.begin(), limit, candidates_.end(),
                      [](const Candidate& a, const Candidate& b) { return a.moves < b.moves; });
    candidates_.erase(limit, candidates_.end());
  }
  for (const Candidate& one : candidates_) count(*one.cell, *one.busy, now, news);
}

void MailboxWatch::count(Cell& cell, Busy& busy, SteadyTime now, std::vector<Stall>& news) {
  const Pin pin(cell, busy.gen);
  if (!pin.holds() || is_root(cell)) return;
  const bool is_suspended = cell.lanes.looks_suspended();
  const std::uintptr_t word = cell.lanes.user_word();
  // Before the count: what is handled in between counts twice, and may hide a wait, but never invents one.
  busy.handled = cell.handled.load(std::memory_order_relaxed);
  busy.displaced = is_locked(busy.gen) ? mailbox_of(cell).displaced() : 0;
  busy.waiting = mailbox_depth(cell, most_counted);
  busy.since = now;
  busy.empty_word = 0;
  if (busy.waiting != 0) return;
  end_stall(busy, now, news);
  // Whoever awaits all the while doesn't pop, so the lane can be told to be empty until its word changes.
  const bool is_the_same_turn = busy.handled == cell.handled.load(std::memory_order_relaxed);
  if (is_suspended && is_the_same_turn && !is_locked(busy.gen)) busy.empty_word = word;
}

void MailboxWatch::forget(SteadyTime now, std::vector<Stall>& news) {
  for (auto entry = busy_.begin(); entry != busy_.end();) {
    const Busy& busy = entry->second;
    // Who has just moved makes room where there are too many.
    const bool may_go = left_out_ != 0 && busy.waiting == 0 && !busy.named && busy.moves;
    if (busy.look == look_ && !may_go) {
      ++entry;
      continue;
    }
    end_stall(entry->second, now, news);
    entry = busy_.erase(entry);
  }
}

void MailboxWatch::end_stall(Busy& busy, SteadyTime now, std::vector<Stall>& news) {
  if (!busy.named) return;
  Stall& stall = busy.named->stall;
  stall.ended = true;
  stall.lasted = now - busy.named->since;
  news.push_back(std::move(stall));
  busy.named.reset();
  --named_;
}

}  // namespace troupe::inline v0::detail

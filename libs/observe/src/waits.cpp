#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <troupe/observe/waits.hpp>

namespace troupe::inline v0::observe {

namespace {

/// What is open at a trace's end.
struct Open {
  explicit Open(const Trace& trace) {
    for (const TraceRecord& record : trace.records) {
      switch (record.kind) {
        case TraceKind::turn_begin:
          begun.insert(record.message);
          break;
        case TraceKind::turn_suspend:
          turns.insert_or_assign(record.message, &record);
          break;
        case TraceKind::turn_resume:
        case TraceKind::turn_end:
        case TraceKind::turn_discard:
          turns.erase(record.message);
          break;
        case TraceKind::control:  // a join has a name
          if (record.message == 0) break;
          [[fallthrough]];
        case TraceKind::ask:
          asks.insert_or_assign(record.message, &record);
          break;
        case TraceKind::answer:
        case TraceKind::dead_letter:
          asks.erase(record.message);
          break;
        default:
          break;
      }
    }
  }

  std::unordered_set<std::uint64_t> begun;
  std::unordered_map<std::uint64_t, const TraceRecord*> turns;  // suspended, by message
  std::unordered_map<std::uint64_t, const TraceRecord*> asks;   // unanswered, by message
};

std::vector<Wait> waits_in(const Open& open) {
  std::vector<Wait> waits;
  for (const auto& [message, ask] : open.asks) {
    const auto turn = open.turns.find(ask->cause);
    if (turn == open.turns.end()) continue;
    waits.push_back({turn->second->actor, turn->first, ask->actor, message, ask->type, turn->second->time});
  }
  std::sort(waits.begin(), waits.end(), [](const Wait& a, const Wait& b) { return a.ask < b.ask; });
  return waits;
}

/// Walks from wait to wait until there is no next one, or one that it has seen.
class Walk {
 public:
  explicit Walk(const Trace& trace) : open_(trace), waits_(waits_in(open_)) {
    for (const auto& [message, turn] : open_.turns) turn_of_[turn->actor] = message;
    for (std::size_t i = 0; i < waits_.size(); ++i) wait_of_[waits_[i].turn] = i;
  }

  std::vector<Wait> find_ring() const {
    std::vector<std::size_t> seen_from(waits_.size(), none);
    for (std::size_t start = 0; start < waits_.size(); ++start) {
      std::vector<std::size_t> path;
      std::size_t at = start;
      while (at != none && seen_from[at] == none) {
        seen_from[at] = start;
        path.push_back(at);
        at = next(at);
      }
      if (at == none || seen_from[at] != start) continue;
      std::vector<Wait> ring;
      for (auto one = std::find(path.begin(), path.end(), at); one != path.end(); ++one)
        ring.push_back(waits_[*one]);
      return ring;
    }
    return {};
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// What the turn waits for that has to end first: the ask's own turn, or the one that its target is in.
  std::size_t next(std::size_t wait) const {
    std::uint64_t turn = waits_[wait].ask;
    if (!open_.begun.contains(turn)) {
      const auto other = turn_of_.find(waits_[wait].target);
      if (other == turn_of_.end()) return none;
      turn = other->second;
    }
    const auto found = wait_of_.find(turn);
    return found == wait_of_.end() ? none : found->second;
  }

  const Open open_;
  const std::vector<Wait> waits_;
  std::unordered_map<ActorId, std::uint64_t> turn_of_;
  std::unordered_map<std::uint64_t, std::size_t> wait_of_;
};

}  // namespace

std::vector<Wait> waits_of(const Trace& trace) { return waits_in(Open(trace)); }

std::vector<Wait> deadlock_of(const Trace& trace) { return Walk(trace).find_ring(); }

std::string to_string(const std::vector<Wait>& waits, const Trace& trace) {
  std::string text;
  for (const Wait& wait : waits) {
    if (!text.empty()) text += ", ";
    text += trace.name(wait.waiter);
    text += " waits for ";
    text += trace.name(wait.target);
    text += " (";
    text += wait.type;
    text += ')';
  }
  return text;
}

}  // namespace troupe::inline v0::observe

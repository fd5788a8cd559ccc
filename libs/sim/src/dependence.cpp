#include "dependence.hpp"
#include <algorithm>
#include <unordered_map>

namespace troupe::inline v0::sim {

namespace {

void normalise(std::vector<ProcessId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool overlap(const std::vector<ProcessId>& one, const std::vector<ProcessId>& other) {
  return std::any_of(one.begin(), one.end(),
                     [&](ProcessId id) { return std::binary_search(other.begin(), other.end(), id); });
}
bool has(const std::vector<ProcessId>& ids, ProcessId id) {
  return std::binary_search(ids.begin(), ids.end(), id);
}

bool hits(const Footprint& one, const Footprint& other) {
  return overlap(one.ends, other.sends) || overlap(one.ends, other.signals) ||
         has(one.signals, other.process);
}

/// Which step sent a message, set a timer, gave an answer, or spawned an actor.
struct Origins {
  std::unordered_map<MessageNumber, std::size_t> messages;
  std::unordered_map<MessageNumber, std::size_t> answers;
  std::unordered_map<ActorNumber, std::size_t> spawns;

  void add(const Event& event, std::size_t step) {
    switch (event.kind) {
      case EventKind::send:
      case EventKind::ask:
      case EventKind::timer:
        messages.emplace(event.message, step);
        break;
      case EventKind::answer:
        answers.emplace(event.message, step);
        break;
      case EventKind::spawn:
        spawns.emplace(event.actor, step);
        break;
      default:
        break;
    }
  }
};

}  // namespace

ProcessId process_of(const History& history, Chosen chosen) {
  // Paths' hashes have 32 bits: what lies above is free for others.
  if (chosen >= chosen_call(0)) return (std::uint64_t{1} << 32) + chosen;
  return chosen == 0 ? 0 : history.id_of(chosen).id();
}

Footprint footprint_of(const History& history, ProcessId process, std::size_t first, std::size_t last) {
  Footprint footprint{.process = process, .sends = {}, .signals = {}, .ends = {}};
  for (std::size_t i = first; i < last; ++i) {
    const Event& event = history[i];
    const ProcessId actor = process_of(history, event.actor);
    if (event.kind == EventKind::send || event.kind == EventKind::ask) footprint.sends.push_back(actor);
    if (event.kind == EventKind::answer && event.actor != 0) footprint.signals.push_back(actor);
    if (event.kind == EventKind::stop) footprint.ends.push_back(actor);
    if (event.kind == EventKind::control) {
      // A stop waits its turn among the messages; all else is a signal.
      const bool waits = history.name(event.type) == "stop";
      (waits ? footprint.sends : footprint.signals).push_back(actor);
    }
  }
  normalise(footprint.sends);
  normalise(footprint.signals);
  normalise(footprint.ends);
  return footprint;
}

bool depend(const Footprint& one, const Footprint& other) {
  return one.process == other.process || overlap(one.sends, other.sends) ||
         overlap(one.signals, other.signals) || hits(one, other) || hits(other, one);
}

HappensBefore::HappensBefore(const History& history, std::span<const Step> steps) : steps_(steps) {
  Origins origins;
  const std::size_t count = steps.size();
  before_.assign(count, std::vector<bool>(count));
  causes_.assign(count, std::vector<bool>(count));
  for (std::size_t j = 0; j < count; ++j) {
    const auto caused_by = [&](const auto& from, auto key) {
      const auto found = from.find(key);
      if (found != from.end() && found->second < j) causes_[j][found->second] = true;
    };
    for (std::size_t e = steps[j].first_event; e < steps[j].last_event; ++e) {
      const Event& event = history[e];
      origins.add(event, j);
      if (event.kind == EventKind::turn_begin) {
        caused_by(origins.messages, event.message);
        caused_by(origins.spawns, event.actor);
      }
      if (event.kind == EventKind::turn_resume) caused_by(origins.answers, event.cause);
    }
    for (std::size_t i = j; i-- > 0;) {
      if (!causes_[j][i] && !depend(*steps[i].footprint, *steps[j].footprint)) continue;
      before_[j][i] = true;
      for (std::size_t h = 0; h < i; ++h) {
        if (before_[i][h]) before_[j][h] = true;
      }
    }
  }
}

bool HappensBefore::race(std::size_t i, std::size_t j) const {
  const Footprint& one = *steps_[i].footprint;
  const Footprint& other = *steps_[j].footprint;
  if (one.process == other.process || !depend(one, other)) return false;
  const auto& enabled = *steps_[i].enabled;
  const bool was_possible = std::find(enabled.begin(), enabled.end(), other.process) != enabled.end();
  if (causes_[j][i] && !was_possible) return false;
  for (std::size_t k = i + 1; k < j; ++k) {
    if (before_[k][i] && before_[j][k]) return false;
  }
  return true;
}

}  // namespace troupe::inline v0::sim

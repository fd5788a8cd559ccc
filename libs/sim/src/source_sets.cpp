#include "source_sets.hpp"
#include <algorithm>
#include <string>

#include <troupe/errors.hpp>

namespace troupe::inline v0::sim {

namespace {

/// Leaves the run; SourceSets knows why.
struct KnownRun {};

bool contains(const std::vector<ProcessId>& ids, ProcessId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// Whether the scenario has sent or spawned by itself, after the step had ended.
bool acted_from_outside(const History& history, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    const Event& event = history[i];
    const bool made =
        event.kind == EventKind::send || event.kind == EventKind::ask || event.kind == EventKind::spawn;
    if (made && event.by == 0 && event.cause == 0) return true;
  }
  return false;
}

}  // namespace

void SourceSets::begin(const History& history) {
  history_ = &history;
  depth_ = 0;
  cut_short_ = false;
}

void SourceSets::close_step() {
  if (depth_ == 0) return;
  Node& node = nodes_[depth_ - 1];
  node.last_event = history_->size();
  node.footprint = footprint_of(*history_, node.chosen, node.first_event, node.last_event);
}

void SourceSets::open_node(const Ready& ready) {
  Node node;
  for (std::size_t i = 0; i < ready.size(); ++i) node.enabled.push_back(process_of(*history_, ready[i]));
  // A call's place among others isn't the same in each run: it is made at once.
  if (ready[ready.size() - 1] >= chosen_call(0)) node.enabled = {node.enabled.back()};
  if (depth_ > 0) {
    const Node& parent = nodes_[depth_ - 1];
    // What the scenario did in between may depend on all.
    if (!acted_from_outside(*history_, parent.first_event, parent.last_event)) {
      for (const auto* known : {&parent.sleep, &parent.done}) {
        for (const auto& [process, footprint] : *known) {
          if (process != parent.chosen && !depend(footprint, parent.footprint)) {
            node.sleep.emplace(process, footprint);
          }
        }
      }
    }
  }
  const auto awake = std::find_if(node.enabled.begin(), node.enabled.end(),
                                  [&](ProcessId process) { return !node.sleep.contains(process); });
  if (awake == node.enabled.end()) {
    cut_short_ = true;
    throw KnownRun{};
  }
  node.chosen = *awake;
  node.to_try.insert(*awake);
  nodes_.push_back(std::move(node));
}

std::size_t SourceSets::choose(const Ready& ready) {
  close_step();
  if (depth_ == nodes_.size()) open_node(ready);
  Node& node = nodes_[depth_];
  node.first_event = history_->size();
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (process_of(*history_, ready[i]) != node.chosen) continue;
    ++depth_;
    return i;
  }
  throw UsageError(
      "step " + std::to_string(depth_ + 1) +
      " of the scenario can't be repeated: an actor that was ready there is not any more; what it "
      "does must depend on its messages alone");
}

void SourceSets::plan_races() {
  std::vector<HappensBefore::Step> steps;
  for (std::size_t i = 0; i < depth_; ++i) {
    const Node& node = nodes_[i];
    steps.push_back({&node.footprint, node.first_event, node.last_event, &node.enabled});
  }
  const HappensBefore order(*history_, steps);
  for (std::size_t j = 1; j < depth_; ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      if (order.race(i, j)) plan_race(order, i, j);
    }
  }
}

/// Sees to it that some run comes to step j without step i before it.
void SourceSets::plan_race(const HappensBefore& order, std::size_t i, std::size_t j) {
  std::vector<std::size_t> without_i;
  for (std::size_t k = i + 1; k < j; ++k) {
    if (!order.before(i, k)) without_i.push_back(k);
  }
  without_i.push_back(j);
  Node& node = nodes_[i];
  std::vector<ProcessId> initials;
  for (std::size_t n = 0; n < without_i.size(); ++n) {
    const bool first = std::none_of(without_i.begin(), without_i.begin() + static_cast<std::ptrdiff_t>(n),
                                    [&](std::size_t k) { return order.before(k, without_i[n]); });
    const ProcessId process = nodes_[without_i[n]].chosen;
    if (!first || !contains(node.enabled, process)) continue;
    if (node.to_try.contains(process) || node.sleep.contains(process)) return;  // some run does already
    initials.push_back(process);
  }
  if (!initials.empty()) node.to_try.insert(initials.front());
}

bool SourceSets::next() {
  close_step();
  // A run that failed in a step of the prefix has no more than these.
  nodes_.resize(depth_);
  plan_races();
  while (!nodes_.empty()) {
    Node& node = nodes_.back();
    node.done.insert_or_assign(node.chosen, node.footprint);
    const auto found = std::find_if(node.to_try.begin(), node.to_try.end(), [&](ProcessId process) {
      return !node.done.contains(process) && !node.sleep.contains(process);
    });
    if (found != node.to_try.end()) {
      node.chosen = *found;
      return true;
    }
    nodes_.pop_back();
  }
  return false;
}

}  // namespace troupe::inline v0::sim

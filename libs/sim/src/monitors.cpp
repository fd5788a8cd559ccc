#include "monitors.hpp"
#include <utility>

namespace troupe::inline v0::sim {

void Monitors::always(std::string sentence, std::function<bool()> holds) {
  safety_.push_back({std::move(sentence), std::move(holds)});
}
void Monitors::eventually(std::string sentence, std::function<bool()> holds, std::uint64_t within_steps) {
  liveness_.push_back({std::move(sentence), std::move(holds), within_steps, step_});
}

std::optional<Monitors::Finding> Monitors::look(std::uint64_t step, bool faults_strike) {
  step_ = step;
  for (const Safety& one : safety_) {
    if (!one.holds()) return Finding{FailureKind::always, "this does not always hold: " + one.sentence};
  }
  for (Liveness& one : liveness_) {
    if (faults_strike || one.holds()) {
      one.held_at = step;
    } else if (step - one.held_at > one.within_steps) {
      return Finding{FailureKind::eventually, "this did not hold again within " +
                                                  std::to_string(one.within_steps) +
                                                  " steps after faults had ceased: " + one.sentence};
    }
  }
  return std::nullopt;
}

std::optional<Monitors::Finding> Monitors::look_at_end() {
  if (auto finding = look(step_, false)) return finding;
  for (const Liveness& one : liveness_) {
    if (!one.holds()) {
      return Finding{FailureKind::eventually, "this does not hold at the end of the run: " + one.sentence};
    }
  }
  return std::nullopt;
}

}  // namespace troupe::inline v0::sim

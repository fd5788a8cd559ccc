#include "last_words.hpp"

#include "child.hpp"
#include "diagram.hpp"
#include "run.hpp"

namespace troupe::inline v0::sim {

void hear_last_words(const ExploreOptions& options, const Scenario& scenario, Failure& failure) {
  Child child;
  SharedRun& shared = child.shared();
  const auto ends_again = [&] {
    child.start([&](SharedRun& run) {
      run.begin(0, failure.schedule.seed, failure.schedule.depth);
      static_cast<void>(replay(options, failure.schedule, scenario));
    });
    return child.wait().has_value();
  };
  if (!ends_again()) return;
  shared.tell_from_step = shared.steps_begun;
  shared.keep_sentence(failure.sentence);
  if (!ends_again()) return;
  failure.history = shared.history.data();
  failure.diagram = shared.diagram.data();
}

void tell_each_event(History& history, SharedRun& shared) {
  const auto tell = [&] {
    shared.keep_history(last_events(history, history.size()));
    shared.keep_diagram(
        diagram_of(history, history.size(), FailureKind::aborted, std::string(shared.sentence.data())));
  };
  tell();
  history.watch(tell);
}

}  // namespace troupe::inline v0::sim

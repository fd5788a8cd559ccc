// What happened in a run that ended its process: nobody is left to tell, so it is run again, and tells of
// each event of its last step at once.
#pragma once

#include <troupe/sim/explore.hpp>

#include "shared_run.hpp"

namespace troupe::inline v0::sim {

/// Fills in the failure's events and diagram, if it fails in the same way again. @pre its kind is `aborted`
void hear_last_words(const ExploreOptions& options, const Scenario& scenario, Failure& failure);

/// In a child: leaves the events for the parent from now on.
void tell_each_event(History& history, SharedRun& shared);

}  // namespace troupe::inline v0::sim

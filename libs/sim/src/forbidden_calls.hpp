// What simulated actors must not call: it would let the machine's time or its threads into the run.
#pragma once

namespace troupe::inline v0::sim {

/// From here on, pthread_create and the sleeping functions, called in the turn of a simulated actor, fail its
/// run instead of being made. Everywhere else they do what they always do.
void watch_for_forbidden_calls();

}  // namespace troupe::inline v0::sim

#include <troupe/detail/tracing.hpp>
#include <troupe/ports/schedule_policy.hpp>
#include <troupe/sim/script.hpp>

#include "type_names.hpp"

namespace troupe::inline v0::sim::scripted {

std::string type_text(std::string_view type) { return common_type_name(type); }

NextMessage next_message(Simulation& sim, const ActorId& receiver) {
  NextMessage next{.letter = Runnables::next_letter_(receiver)};
  if (!next.letter) return next;
  const std::uint64_t name = detail::name_of(*next.letter);
  const History& history = sim.history();
  for (std::size_t i = history.size(); i-- > 0;) {
    const Event& event = history[i];
    if (event.kind != EventKind::send && event.kind != EventKind::ask && event.kind != EventKind::timer)
      continue;
    if (event.message != name) continue;
    next.from = event.by;
    break;
  }
  return next;
}

std::string describe_next(Simulation& sim, const ActorId& receiver) {
  const NextMessage next = next_message(sim, receiver);
  if (!next.letter) return "it has no message that it could handle now";
  return "its next message is " + type_text(next.letter->ops->message) + " from " +
         sim.history().describe(next.from);
}

}  // namespace troupe::inline v0::sim::scripted

#include "replayer.hpp"
#include <algorithm>

#include <troupe/detail/tracing.hpp>
#include <troupe/lifecycle.hpp>

namespace troupe::inline v0::sim {

namespace {

/// Leaves a step before anything is done: nobody's next delivery is there.
struct NothingDue {};

std::uint64_t count_of(const observe::Recording::Delivery& delivery) {
  return delivery.kind == observe::Recording::Delivery::Kind::messages ? delivery.count : 1;
}

bool is_control(const detail::Envelope& letter) { return letter.ops->actor.empty(); }
MessageNumber number_of(const detail::Envelope& letter) {
  return static_cast<MessageNumber>(detail::name_of(letter));
}

}  // namespace

void Replayer::Actor::advance() {
  fed = 0;
  if (++done < count_of(*due())) return;
  done = 0;
  ++next;
}

Replayer::Replayer(Simulation& simulation, const observe::Recording& recording, const Inputs& inputs)
    : simulation_(simulation), recording_(recording), inputs_(inputs), random_(simulation.seed(), "replay") {
  simulation.impl_().history.track_senders();
  simulation.impl_().observer = this;
  for (const auto& [ordinal, recorded] : recording.actors()) {
    Actor& actor = actors_[ordinal];
    actor.recorded = &recorded;
    to_come_[recorded.path].push_back(&actor);
    for (const Delivery& one : recorded.deliveries) left_ += count_of(one);
  }
  for (const auto& input : recording.inputs()) outside_[{input.thread, input.receiver}].push_back(&input);
}

Replayer::Actor* Replayer::find(ActorNumber number) {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second;
}

void Replayer::add_spawned(ActorNumber number) {
  const auto found = to_come_.find(simulation_.history().path_of(number));
  if (found == to_come_.end() || found->second.empty()) return;  // nothing is recorded of it
  Actor* actor = found->second.front();
  found->second.pop_front();
  actor->number = number;
  by_number_[number] = actor;
}

// --- what may be next -----------------------------------------------------------------------------------

std::size_t Replayer::choose(const Ready& ready) {
  const std::size_t first = random_.below(ready.size());
  for (std::size_t i = 0; i < ready.size(); ++i) {
    const std::size_t index = (first + i) % ready.size();
    if (may_run(ready, index)) return index;
  }
  throw NothingDue{};
}

bool Replayer::may_run(const Ready& ready, std::size_t index) {
  const Chosen who = ready[index];
  if (who >= chosen_call(0)) return true;
  Actor* actor = find(who);
  // Of the system's root, and of actors that got no messages, nothing is recorded.
  if (!actor) return ready.next_message(index).empty();
  const detail::Cell& cell = *simulation_.history().id_of(who).cell;
  const Delivery* due = actor->due();
  // A message that is due comes before a kill that was sent early in this run.
  simulation_.impl_().message_first = due && due->kind != Delivery::Kind::resume;
  if (simulation_.impl_().message_first) return bring_due_forward(*actor) && !answers_out_of_turn(*actor);
  if (cell.lanes.has_signal()) return true;
  // An actor that handles nothing more may still stop.
  return !due && Runnables::bring_forward_(simulation_.history().id_of(who), is_control);
}

/// Whether the message that is due is there. It is the next one then.
bool Replayer::bring_due_forward(Actor& actor) {
  const ActorId& id = simulation_.history().id_of(actor.number);
  const Delivery& due = *actor.due();
  const auto by = actors_.find(due.sender);
  const Actor* sender = by == actors_.end() ? nullptr : &by->second;
  return Runnables::bring_forward_(id, [&](const detail::Envelope& letter) {
    due_message_ = number_of(letter);
    return is_due(actor, due, sender, letter);
  });
}

/// `by`: its sender; null: a thread.
bool Replayer::is_due(const Actor& actor, const Delivery& due, const Actor* by,
                      const detail::Envelope& letter) {
  const MessageNumber number = number_of(letter);
  if (is_control(letter) || number == 0) return false;
  if (due.kind == Delivery::Kind::own) {
    const auto& own = actor.sent_to_itself;
    return due.count < own.size() && number == own[own.size() - 1 - due.count];
  }
  const ActorNumber sender = simulation_.history().sender_of(number);
  if (by) return by->number != 0 && sender == by->number;
  if (sender != 0) return false;
  // From outside. What the runtime sends by itself it sends in a simulation too; a Started comes first.
  if (letter.ops->message == detail::type_name<Started>()) return true;
  if (actor.fed != 0) return number == actor.fed;
  return !inputs_from(due.sender, actor) && !all_fed_.contains(number);
}

/// What the thread has told the actor from outside and hasn't been handled; null: nothing is left.
Replayer::InputQueue* Replayer::inputs_from(std::uint32_t thread, const Actor& actor) {
  const auto found = outside_.find({thread, actor.recorded->ordinal});
  return found == outside_.end() || found->second.empty() ? nullptr : &found->second;
}

/// Whether its next message is an ask of a reentrant actor that goes on with another turn first.
bool Replayer::answers_out_of_turn(Actor& actor) {
  const Delivery* due = actor.due();
  if (!due || due->kind != Delivery::Kind::messages) return false;
  const auto by = actors_.find(due->sender);
  if (by == actors_.end() || by->second.waiting.size() < 2) return false;
  const Actor& asker = by->second;
  const auto& deliveries = asker.recorded->deliveries;
  const auto resume =
      std::find_if(deliveries.begin() + static_cast<std::ptrdiff_t>(asker.next), deliveries.end(),
                   [](const Delivery& one) { return one.kind == Delivery::Kind::resume; });
  if (resume == deliveries.end() || resume->count >= asker.waiting.size()) return false;
  const MessageNumber first = asker.waiting[resume->count];
  const History& history = simulation_.history();
  for (std::size_t i = history.size(); i-- > 0;) {
    const Event& event = history[i];
    if (event.message != due_message_) continue;
    return event.kind == EventKind::ask && event.cause != first;
  }
  return false;
}

// --- what comes from outside ------------------------------------------------------------------------------

bool Replayer::feed() {
  for (auto& [ordinal, actor] : actors_) {
    const Delivery* due = actor.due();
    if (due && actor.number != 0 && actor.fed == 0 && feed(actor, *due)) return true;
  }
  return false;
}

bool Replayer::feed(Actor& actor, const Delivery& due) {
  if (due.kind != Delivery::Kind::messages) return false;
  const InputQueue* outside = inputs_from(due.sender, actor);
  if (!outside) return false;
  const auto& input = *outside->front();
  const Inputs::Sender* send = inputs_.find(actor.recorded->actor_class, input.type);
  if (!send) {
    differ(describe(actor) + " is next to handle " + input.type +
           " from outside, and nobody has said how to make it: Inputs::add<" + actor.recorded->actor_class +
           ", " + input.type + ">()");
    return false;
  }
  (*send)(simulation_.history().id_of(actor.number), input.payload);
  actor.fed = simulation_.history().messages();
  all_fed_.insert(actor.fed);
  return true;
}

// --- what has happened ------------------------------------------------------------------------------------

void Replayer::follow_history() {
  const History& history = simulation_.history();
  for (; events_seen_ < history.size(); ++events_seen_) follow(history[events_seen_]);
  for (; messages_seen_ < history.messages(); ++messages_seen_) {
    const MessageNumber message = messages_seen_ + 1;
    if (!history.is_to_its_sender(message)) continue;
    if (Actor* actor = find(history.sender_of(message))) actor->sent_to_itself.push_back(message);
  }
}

void Replayer::follow(const Event& event) {
  if (event.kind == EventKind::spawn) return add_spawned(event.actor);
  Actor* actor = find(event.actor);
  if (!actor) return;
  switch (event.kind) {
    case EventKind::turn_begin:
      return begun(*actor, event);
    case EventKind::turn_resume:
      return resumed(*actor, event);
    case EventKind::turn_suspend:
      if (std::find(actor->waiting.begin(), actor->waiting.end(), event.message) == actor->waiting.end()) {
        actor->waiting.push_back(event.message);
      }
      return;
    case EventKind::turn_end:
    case EventKind::turn_discard:
      std::erase(actor->waiting, event.message);
      return;
    default:
      return;
  }
}

void Replayer::begun(Actor& actor, const Event& event) {
  const Delivery* due = actor.due();
  if (!due || due->kind == Delivery::Kind::resume) {
    return differ(describe(actor) + " has begun with " + std::string(simulation_.history().name(event.type)) +
                  ", which is not recorded");
  }
  if (event.message == actor.fed) inputs_from(due->sender, actor)->pop_front();
  actor.advance();
  ++result_.deliveries;
  --left_;
}

void Replayer::resumed(Actor& actor, const Event& event) {
  const Delivery* due = actor.due();
  if (!due || due->kind != Delivery::Kind::resume || due->count >= actor.waiting.size() ||
      actor.waiting[due->count] != event.message) {
    return differ(describe(actor) + " has gone on with " +
                  std::string(simulation_.history().name(event.type)) + " out of its recorded order");
  }
  actor.advance();
  ++result_.deliveries;
  --left_;
}

void Replayer::differ(const std::string& sentence) {
  if (result_.difference.empty()) result_.difference = sentence;
}

std::string Replayer::describe(const Actor& actor) const {
  if (actor.number != 0) return simulation_.history().describe(actor.number);
  return actor.recorded->path + " (" + actor.recorded->actor_class + ')';
}

/// Why nothing can go on, by the first actor that has more to do.
std::string Replayer::what_is_missing() {
  for (const auto& [ordinal, actor] : actors_) {
    const Delivery* due = actor.due();
    if (!due) continue;
    const std::string who = "the replay stands still: " + describe(actor);
    if (actor.number == 0) return who + " was never spawned";
    if (due->kind == Delivery::Kind::resume)
      return who + " is next to go on with a turn whose answer hasn't come";
    if (due->kind == Delivery::Kind::own)
      return who + " is next to handle a message of its own that isn't there";
    return who + " is next to handle a message of " + recording_.sender_name(due->sender) +
           ", which hasn't been sent";
  }
  return "the replay stands still";
}

Replayer::~Replayer() {
  simulation_.impl_().observer = nullptr;
  simulation_.impl_().message_first = false;
}

Replayed Replayer::run() {
  follow_history();
  while (left_ > 0 && result_.difference.empty()) {
    try {
      const bool stepped = simulation_.step();
      follow_history();
      if (stepped) continue;
    } catch (const NothingDue&) {
    }
    const bool goes_on = feed() || simulation_.impl_().let_time_pass();
    follow_history();
    if (!goes_on) differ(what_is_missing());
  }
  return result_;
}

Replayed replay(Simulation& simulation, const observe::Recording& recording, const Inputs& inputs) {
  return Replayer(simulation, recording, inputs).run();
}

}  // namespace troupe::inline v0::sim

// Replayer: chooses the steps of a simulation so that each actor does what a recording says of it.
//
// Between actors the recording knows no order but that of cause and effect. So any step may be next that is
// the next one of its actor and whose message is there: as the recorded run has found an order of all, so
// does this one. Messages wait in mailboxes in the order in which this run has sent them; the one that is due
// is brought forward.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <troupe/sim/random.hpp>
#include <troupe/sim/replay.hpp>

#include "simulation.hpp"

namespace troupe::inline v0::sim {

class Replayer final : public StepObserver {
 public:
  Replayer(Simulation& simulation, const observe::Recording& recording, const Inputs& inputs);

  Replayer(const Replayer&) = delete;
  Replayer& operator=(const Replayer&) = delete;
  ~Replayer() override;

  Replayed run();
  std::size_t choose(const Ready& ready) override;

 private:
  using Delivery = observe::Recording::Delivery;
  using InputQueue = std::deque<const observe::Recording::Input*>;

  /// An actor of the recording, and how far it is.
  struct Actor {
    const observe::Recording::Actor* recorded = nullptr;
    ActorNumber number = 0;              ///< 0: it hasn't been spawned yet
    std::size_t next = 0;                ///< of its deliveries
    std::uint64_t done = 0;              ///< of the messages in that delivery
    MessageNumber fed = 0;               ///< a message from outside that was sent for the next delivery
    std::vector<MessageNumber> waiting;  ///< its turns that have waited, in the order in which they first did
    std::vector<MessageNumber> sent_to_itself;

    const Delivery* due() const {
      return next < recorded->deliveries.size() ? &recorded->deliveries[next] : nullptr;
    }
    void advance();
  };

  void add_spawned(ActorNumber number);
  Actor* find(ActorNumber number);
  bool may_run(const Ready& ready, std::size_t index);
  bool bring_due_forward(Actor& actor);
  bool answers_out_of_turn(Actor& actor);
  bool is_due(const Actor& actor, const Delivery& due, const Actor* by, const detail::Envelope& letter);
  InputQueue* inputs_from(std::uint32_t thread, const Actor& actor);
  bool feed();
  bool feed(Actor& actor, const Delivery& due);
  void follow_history();
  void follow(const Event& event);
  void begun(Actor& actor, const Event& event);
  void resumed(Actor& actor, const Event& event);
  void differ(const std::string& sentence);
  std::string what_is_missing();
  std::string describe(const Actor& actor) const;

  Simulation& simulation_;
  const observe::Recording& recording_;
  const Inputs& inputs_;
  Stream random_;
  std::map<std::uint32_t, Actor> actors_;  ///< by the recording's ordinal
  std::unordered_map<ActorNumber, Actor*> by_number_;
  std::map<std::string, std::deque<Actor*>, std::less<>> to_come_;         ///< by path
  std::map<std::pair<std::uint32_t, std::uint32_t>, InputQueue> outside_;  ///< by thread and receiver
  std::set<MessageNumber> all_fed_;
  std::size_t events_seen_ = 0;
  MessageNumber messages_seen_ = 0;
  MessageNumber due_message_ = 0;  ///< that was brought forward last
  std::uint64_t left_ = 0;         ///< deliveries
  Replayed result_;
};

}  // namespace troupe::inline v0::sim

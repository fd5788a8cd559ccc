// replay(): makes the run of a recording again, in a simulation: each actor handles the same messages in the
// same order as it did in production, where threads have run it.
//
//   Inputs inputs;
//   inputs.add<Shop, Order>([](std::span<const std::byte> payload) { return parse_order(payload); });
//   Simulation sim;
//   sim.spawn<Shop>({.name = "shop"}, ...);           // as in production
//   const Replayed replayed = replay(sim, recording, inputs);
//
// What a Recorder can't see isn't replayed: docs/design/recording.md lists it.
//
// Thread-safety: the simulation's thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/actor_id.hpp>
#include <troupe/detail/type_name.hpp>
#include <troupe/observe/recording.hpp>
#include <troupe/ref.hpp>
#include <troupe/sim/simulation.hpp>

namespace troupe::inline v0::sim {

/// How what came from outside of turns is made again: from what Recorder::came_in() was told.
class Inputs {
 public:
  using Payload = std::span<const std::byte>;

  /// For each M that came to an A. `make` takes a Payload, and returns the M.
  template <class A, class M, class Make>
    requires std::is_invocable_r_v<M, Make&, Payload>
  void add(Make make) {
    senders_[{std::string(detail::type_name<A>()), std::string(detail::type_name<M>())}] =
        [make = std::move(make)](const ActorId& to, Payload payload) mutable {
          detail::tell_actor<A, M>(to.cell, to.generation, make(payload));
        };
  }
  /// Messages without content.
  template <class A, class M>
    requires std::default_initializable<M>
  void add() {
    add<A, M>([](Payload) { return M{}; });
  }

  using Sender = std::function<void(const ActorId& to, Payload payload)>;
  /// Null: nobody has said how.
  const Sender* find(const std::string& actor_class, const std::string& message) const {
    const auto found = senders_.find({actor_class, message});
    return found == senders_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::pair<std::string, std::string>, Sender> senders_;
};

struct Replayed {
  std::uint64_t deliveries = 0;  ///< that went as recorded
  std::string difference;        ///< a sentence: where the run left the recording; empty: nowhere

  /// Each actor has done all that is recorded of it, in its order.
  bool succeeded() const { return difference.empty(); }
};

/// Drives the simulation until all that was recorded has happened, or can't happen. Where the recording
/// leaves a choice, since it concerns different actors, it is drawn from the simulation's seed.
/// @pre the scenario has spawned and sent what its main program spawns, and nothing has run yet
/// @throws RunFailed: the run has failed as others do
Replayed replay(Simulation& simulation, const observe::Recording& recording, const Inputs& inputs);

}  // namespace troupe::inline v0::sim

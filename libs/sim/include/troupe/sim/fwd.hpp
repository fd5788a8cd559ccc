// Forward declarations of the simulator: nearly free to include.
#pragma once

#include <cstdint>

namespace troupe::inline v0::sim {

class Simulation;
struct SimulationOptions;
class Policy;
class Ready;
class History;
struct Event;
struct Schedule;
struct Failure;
struct Outcome;

/// An actor's place in the order of spawns, from 1; 0: nobody, which is who sends from outside of actors.
using ActorNumber = std::uint32_t;
/// A message's place in the order in which messages were made, from 1; 0: none.
using MessageNumber = std::uint32_t;

}  // namespace troupe::inline v0::sim

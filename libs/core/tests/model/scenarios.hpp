// The scenarios: each sets up a small world, lets some threads act on it, and says how many workers serve it.
//
// play() is called anew for each execution; explore_scenario() explores it over any lanes, under any rules.
#pragma once

#include <string>

#include "explore.hpp"
#include "world.hpp"

namespace troupe::model {

using ProductionLanes = troupe::detail::BasicLanes<Atomic, Relax>;

template <class World>
void add_workers(World& world, int count) {
  for (int i = 1; i <= count; ++i) {
    world.run.thread("worker " + std::to_string(i), [&world] { world.serve(); });
  }
}

/// An idle actor in a cell of its own.
template <class World>
auto living_actor(World& world, bool has_rules = false) {
  world.dead_cell("cell").has_rules = has_rules;
  return *world.spawn();
}

/// An actor that awaits a reply; its request lies in world.requests.
template <class World>
auto awaiting_actor(World& world) {
  const auto ref = living_actor(world);
  world.tell(ref, world.message("question", Kind::await));
  world.settle();
  return ref;
}

struct TwoSenders {
  static constexpr const char* name = "two senders to an idle actor";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &a1 = world.message("a1"), &a2 = world.message("a2"), &b1 = world.message("b1");
    world.run.thread("sender a", [&, ref] { world.tell(ref, a1), world.tell(ref, a2); });
    world.run.thread("sender b", [&, ref] { world.tell(ref, b1); });
    add_workers(world, 2);
    world.run.join();
  }
};

struct SenderAndSignaller {
  static constexpr const char* name = "a sender and a signaller";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &a1 = world.message("a1"), &a2 = world.message("a2"), &s1 = world.message("s1", Kind::signal);
    world.run.thread("sender", [&, ref] { world.tell(ref, a1), world.tell(ref, a2); });
    world.run.thread("signaller", [&, ref] { world.signal(ref, s1); });
    add_workers(world, 2);
    world.run.join();
  }
};

struct TwoSignallers {
  static constexpr const char* name = "two signallers";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &s1 = world.message("s1", Kind::signal), &s2 = world.message("s2", Kind::signal);
    auto& t1 = world.message("t1", Kind::signal);
    world.run.thread("signaller s", [&, ref] { world.signal(ref, s1), world.signal(ref, s2); });
    world.run.thread("signaller t", [&, ref] { world.signal(ref, t1); });
    add_workers(world, 2);
    world.run.join();
  }
};

struct SenderSignallerAndAsk {
  static constexpr const char* name = "a sender, a signaller and an inline ask";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &a1 = world.message("a1"), &s1 = world.message("s1", Kind::signal), &q1 = world.message("q1");
    world.run.thread("sender", [&, ref] { world.tell(ref, a1); });
    world.run.thread("signaller", [&, ref] { world.signal(ref, s1); });
    world.run.thread("asker", [&, ref] { world.ask(ref, q1); });
    add_workers(world, 1);
    world.run.join();
  }
};

struct ReplyRacesWithSenders {
  static constexpr const char* name = "an exclusive await, its reply racing with senders";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &a1 = world.message("a1", Kind::await), &a2 = world.message("a2"), &b1 = world.message("b1");
    auto& answer = world.message("answer", Kind::reply);
    world.run.thread("sender a", [&, ref] { world.tell(ref, a1), world.tell(ref, a2); });
    world.run.thread("sender b", [&, ref] { world.tell(ref, b1); });
    world.run.thread("replier", [&] { world.respond(answer); });
    add_workers(world, 1);
    world.run.join();
  }
};

struct AskThatSuspends {
  static constexpr const char* name = "an inline ask that suspends midway";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &q1 = world.message("q1", Kind::await), &a1 = world.message("a1");
    auto& answer = world.message("answer", Kind::reply);
    world.run.thread("asker", [&, ref] { world.ask(ref, q1); });
    world.run.thread("sender", [&, ref] { world.tell(ref, a1); });
    world.run.thread("replier", [&] { world.respond(answer); });
    add_workers(world, 1);
    world.run.join();
  }
};

struct AskThatSuspendsUnderSignals {
  static constexpr const char* name = "an inline ask that suspends midway, and a signaller";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &q1 = world.message("q1", Kind::await), &s1 = world.message("s1", Kind::signal);
    auto& answer = world.message("answer", Kind::reply);
    world.run.thread("asker", [&, ref] { world.ask(ref, q1); });
    world.run.thread("signaller", [&, ref] { world.signal(ref, s1); });
    world.run.thread("replier", [&] { world.respond(answer); });
    add_workers(world, 1);
    world.run.join();
  }
};

struct KillWhileAwaiting {
  static constexpr const char* name = "a kill while the actor awaits";
  template <class World>
  static void play(World& world) {
    const auto ref = awaiting_actor(world);
    auto &kill = world.message("kill", Kind::kill), &a1 = world.message("a1");
    auto& answer = world.message("answer", Kind::reply);
    world.run.thread("killer", [&, ref] { world.signal(ref, kill); });
    world.run.thread("sender", [&, ref] { world.tell(ref, a1); });
    world.run.thread("replier", [&] { world.respond(answer); });
    add_workers(world, 2);
    world.run.join();
  }
};

struct StopWhileSending {
  static constexpr const char* name = "a stop while senders send";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &stop = world.message("stop", Kind::stop), &a1 = world.message("a1"), &a2 = world.message("a2");
    auto& s1 = world.message("s1", Kind::signal);
    world.run.thread("stopper", [&, ref] { world.tell(ref, stop); });
    world.run.thread("sender", [&, ref] { world.tell(ref, a1), world.tell(ref, a2); });
    world.run.thread("signaller", [&, ref] { world.signal(ref, s1); });
    add_workers(world, 1);
    world.run.join();
  }
};

/// Waits for a dead cell, and sends the new actor in it something.
template <class World>
auto spawner(World& world, Message& greeting) {
  return [&world, &greeting] {
    world.run.wait_until([&world] { return world.free_list.size() != 0; }, true, "a free cell");
    if (const auto ref = world.spawn()) world.tell(*ref, greeting);
  };
}

struct RecyclingUnderStaleTell {
  static constexpr const char* name = "a stop, a new actor in the cell, and a stale tell";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &stop = world.message("stop", Kind::stop), &stale = world.message("stale");
    auto& greeting = world.message("greeting");
    world.run.thread("stopper", [&, ref] { world.tell(ref, stop); });
    world.run.thread("stale sender", [&, ref] { world.tell(ref, stale); });
    world.run.thread("spawner", spawner(world, greeting));
    add_workers(world, 2);
    world.run.join();
  }
};

struct RecyclingUnderStaleAsk {
  static constexpr const char* name = "a stop, a new actor in the cell, and a stale inline ask";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &stop = world.message("stop", Kind::stop), &stale = world.message("stale");
    auto& greeting = world.message("greeting");
    world.run.thread("stopper", [&, ref] { world.tell(ref, stop); });
    world.run.thread("stale asker", [&, ref] { world.ask(ref, stale); });
    world.run.thread("spawner", spawner(world, greeting));
    add_workers(world, 2);
    world.run.join();
  }
};

/// What is left of an actor that has stopped.
template <class World>
auto stopped_actor(World& world) {
  const auto ref = living_actor(world);
  world.tell(ref, world.message("stop", Kind::stop));
  world.settle();
  return ref;
}

struct SendersDrainAgainstSpawn {
  static constexpr const char* name = "a dead cell, taken while two stale senders drain it";
  template <class World>
  static void play(World& world) {
    const auto ref = stopped_actor(world);
    auto &a1 = world.message("a1"), &b1 = world.message("b1"), &greeting = world.message("greeting");
    world.run.thread("stale sender a", [&, ref] { world.tell(ref, a1); });
    world.run.thread("stale sender b", [&, ref] { world.tell(ref, b1); });
    world.run.thread("spawner", spawner(world, greeting));
    add_workers(world, 1);
    world.run.join();
  }
};

struct SignallerDrainsAgainstSpawn {
  static constexpr const char* name =
      "a dead cell, taken while a stale sender and a stale signaller drain it";
  template <class World>
  static void play(World& world) {
    const auto ref = stopped_actor(world);
    auto &a1 = world.message("a1"), &s1 = world.message("s1", Kind::signal);
    auto& greeting = world.message("greeting");
    world.run.thread("stale sender", [&, ref] { world.tell(ref, a1); });
    world.run.thread("stale signaller", [&, ref] { world.signal(ref, s1); });
    world.run.thread("spawner", spawner(world, greeting));
    add_workers(world, 1);
    world.run.join();
  }
};

struct AllDrainAgainstSpawn {
  static constexpr const char* name =
      "a dead cell, taken while two stale senders and a stale signaller drain it";
  template <class World>
  static void play(World& world) {
    const auto ref = stopped_actor(world);
    auto &a1 = world.message("a1"), &b1 = world.message("b1"), &s1 = world.message("s1", Kind::signal);
    auto& greeting = world.message("greeting");
    world.run.thread("stale sender a", [&, ref] { world.tell(ref, a1); });
    world.run.thread("stale sender b", [&, ref] { world.tell(ref, b1); });
    world.run.thread("stale signaller", [&, ref] { world.signal(ref, s1); });
    world.run.thread("spawner", spawner(world, greeting));
    add_workers(world, 1);
    world.run.join();
  }
};

struct BurstAgainstRest {
  static constexpr const char* name = "a burst against rest";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &a1 = world.message("a1"), &a2 = world.message("a2"), &a3 = world.message("a3");
    auto& b1 = world.message("b1");
    a1.next.store(&a2, std::memory_order_relaxed);
    a2.next.store(&a3, std::memory_order_relaxed);
    world.run.thread("bursting", [&, ref] { world.burst(ref, a1, a3); });
    world.run.thread("sender", [&, ref] { world.tell(ref, b1); });
    add_workers(world, 2);
    world.run.join();
  }
};

/// To be played with Rules::push_embedded_stub.
struct EmbeddedStubAgainstSenders {
  static constexpr const char* name = "the embedded stub pushed against senders";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &a1 = world.message("a1"), &a2 = world.message("a2"), &b1 = world.message("b1");
    world.run.thread("sender a", [&, ref] { world.tell(ref, a1), world.tell(ref, a2); });
    world.run.thread("sender b", [&, ref] { world.tell(ref, b1); });
    add_workers(world, 2);
    world.run.join();
  }
};

/// The signaller's fetch_and, or the one that ends a failed rest, may come when the cell has died, or lives
/// again.
struct LateFetchAnd {
  static constexpr const char* name = "a late fetch_and on a recycled cell";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world);
    auto &s1 = world.message("s1", Kind::signal), &kill = world.message("kill", Kind::kill);
    auto& greeting = world.message("greeting");
    world.run.thread("signaller", [&, ref] { world.signal(ref, s1); });
    world.run.thread("killer", [&, ref] { world.signal(ref, kill); });
    world.run.thread("spawner", spawner(world, greeting));
    add_workers(world, 2);
    world.run.join();
  }
};

struct TwoPutters {
  static constexpr const char* name = "two senders to a mailbox with rules";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world, true);
    auto &a1 = world.message("a1"), &a2 = world.message("a2"), &b1 = world.message("b1");
    world.run.thread("sender a", [&, ref] { world.put(ref, a1), world.put(ref, a2); });
    world.run.thread("sender b", [&, ref] { world.put(ref, b1); });
    add_workers(world, 1);
    world.run.join();
  }
};

struct PutterAndSignaller {
  static constexpr const char* name = "a sender to a mailbox with rules, and a signaller";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world, true);
    auto &a1 = world.message("a1"), &s1 = world.message("s1", Kind::signal);
    world.run.thread("sender", [&, ref] { world.put(ref, a1); });
    world.run.thread("signaller", [&, ref] { world.signal(ref, s1); });
    add_workers(world, 1);
    world.run.join();
  }
};

struct PutterAgainstTheEnd {
  static constexpr const char* name =
      "a sender to a mailbox with rules whose actor is killed, and its cell used again";
  template <class World>
  static void play(World& world) {
    const auto ref = living_actor(world, true);
    auto &a1 = world.message("a1"), &kill = world.message("kill", Kind::kill);
    auto& greeting = world.message("greeting");
    world.run.thread("sender", [&, ref] { world.put(ref, a1); });
    world.run.thread("killer", [&, ref] { world.signal(ref, kill); });
    world.run.thread("spawner", spawner(world, greeting));
    add_workers(world, 1);
    world.run.join();
  }
};

template <class Scenario, class Lanes = ProductionLanes>
Result explore_scenario(Options options = {}, Rules rules = {}) {
  options.name = Scenario::name;
  return explore(options, [rules](Machine& run) {
    World<Lanes> world(run, rules);
    Scenario::play(world);
    world.check_rest();
  });
}

}  // namespace troupe::model

// What the tests of supervision share.
#pragma once

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support.hpp"

namespace troupe_test {

using Lines = std::vector<std::string>;

struct Crash {
  std::string why = "out of paper";
};
struct Say {
  std::string word;
};
struct Count {};
struct Quit {};

/// Says what happens to it, and how often it has been built.
struct Worker final : troupe::Actor<Worker> {
  Worker(Events* out, std::string own_name) : events(out), name(std::move(own_name)) {
    events->add(name + " starts");
  }
  void on(const Crash& crash) { throw std::runtime_error(crash.why); }
  void on(const Say& say) { events->add(name + " says " + say.word); }
  int on(Count) { return ++count; }
  void on(Quit) { stop(); }
  void on(const troupe::PreRestart&) { events->add(name + " before restart"); }
  void on(troupe::Stopping news) {
    events->add(name + " stopping, " + std::string(troupe::to_string(news.reason)));
  }

  Events* events;
  std::string name;
  int count = 0;
};

class Supervising : public OnEveryScheduler {
 protected:
  /// Awaits that all that was sent to it so far has been handled, by whatever incarnation.
  template <class A>
  static int settle(const troupe::Ref<A>& actor) {
    return actor.template ask<Count>().within(troupe::Duration::max()).get();
  }
  /// Awaits that the n-th child of the supervisor is in this state.
  void await_state(const troupe::Supervisor& supervisor, std::size_t child, troupe::ActorState state) {
    await_child(supervisor, child, [&](const troupe::ActorInfo& info) {
      return info.state == state &&
             (state != troupe::ActorState::restarting || info.next_attempt > world->now());
    });
  }
  void await_restarts(const troupe::Supervisor& supervisor, std::size_t child, std::uint32_t restarts) {
    await_child(supervisor, child, [&](const troupe::ActorInfo& info) { return info.restarts == restarts; });
  }
  template <class Condition>
  void await_child(const troupe::Supervisor& supervisor, std::size_t child, Condition&& condition) {
    const auto reached = [&] {
      const auto children = supervisor.children();
      return children.size() > child && condition(children[child]);
    };
    if (world.on_threads()) {
      while (!reached()) std::this_thread::yield();
    } else {
      world.scheduler().run_until(reached);
      ASSERT_TRUE(reached());
    }
  }

  Events events;
  World world{GetParam()};
};

}  // namespace troupe_test

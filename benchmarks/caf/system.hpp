// What every CAF workload starts with: an actor system with one worker per core, and an end for actors that
// know each other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include <caf/all.hpp>

namespace bench {

/// CAF takes at least four workers unless told otherwise, which only costs it context switches on smaller
/// machines.
class Config : public caf::actor_system_config {
 public:
  explicit Config(caf::atom_value policy = caf::atom("stealing")) {
    set("scheduler.policy", policy);
    set("scheduler.max-threads", std::size_t{std::max(2U, std::thread::hardware_concurrency())});
  }
};

/// Ends its actors when it goes out of scope: handles that form a circle would keep them, and the system,
/// alive.
class Cast {
 public:
  Cast() = default;
  Cast(const Cast&) = delete;
  Cast& operator=(const Cast&) = delete;
  ~Cast() {
    for (const auto& actor : actors_) caf::anon_send_exit(actor, caf::exit_reason::kill);
  }

  caf::actor add(caf::actor actor) {
    actors_.push_back(actor);
    return actor;
  }
  const std::vector<caf::actor>& all() const { return actors_; }

 private:
  std::vector<caf::actor> actors_;
};

}  // namespace bench

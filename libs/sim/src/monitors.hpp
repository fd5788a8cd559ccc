// Monitors: conditions that a simulation looks at after each step.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <troupe/sim/failure.hpp>

namespace troupe::inline v0::sim {

/// Thread-safety: none.
class Monitors {
 public:
  struct Finding {
    FailureKind kind;
    std::string sentence;
  };

  void always(std::string sentence, std::function<bool()> holds);
  void eventually(std::string sentence, std::function<bool()> holds, std::uint64_t within_steps);

  /// After a step. While faults strike, nothing is expected of eventually().
  std::optional<Finding> look(std::uint64_t step, bool faults_strike);
  std::optional<Finding> look_at_end();

 private:
  struct Safety {
    std::string sentence;
    std::function<bool()> holds;
  };
  struct Liveness {
    std::string sentence;
    std::function<bool()> holds;
    std::uint64_t within_steps;
    std::uint64_t held_at;  ///< the last step at which it held, or faults struck
  };

  std::vector<Safety> safety_;
  std::vector<Liveness> liveness_;
  std::uint64_t step_ = 0;
};

}  // namespace troupe::inline v0::sim

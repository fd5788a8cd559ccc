// Faults: what goes wrong in a simulation, and when. All draws come from streams of their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include <troupe/fault_point.hpp>
#include <troupe/options.hpp>
#include <troupe/sim/fwd.hpp>
#include <troupe/sim/random.hpp>

namespace troupe::inline v0::sim {

/// Probabilities are per step, but for `delay`, which is per timer, and `point`, per visit of a fault point.
struct FaultOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  double crash = 0;         ///< an actor's next message fails it
  double kill = 0;          ///< an actor is killed
  double stall = 0;         ///< an actor gets no turn for some steps
  double delay = 0;         ///< a timer comes late
  double early_timers = 0;  ///< time goes on to the next timer although actors are ready
  double point = 0;         ///< a fault point strikes that has no probability of its own

  std::uint64_t longest_stall_steps = 50;
  std::chrono::nanoseconds longest_delay = std::chrono::seconds(1);
  /// How many crashes and kills there are at most.
  std::uint64_t at_most = std::numeric_limits<std::uint64_t>::max();
  /// No fault strikes after so many steps: what must recover has the time to.
  std::uint64_t cease_after_steps = std::numeric_limits<std::uint64_t>::max();

  bool any() const {
    return crash > 0 || kill > 0 || stall > 0 || delay > 0 || early_timers > 0 || point > 0;
  }
};

/// The fault points of a simulation. Whether the n-th visit of a site is struck depends on the seed, the name
/// and n alone.
/// Thread-safety: none.
class FaultRegistry {
 public:
  struct Site {
    double probability = -1;  ///< negative: the options' `point`
    std::uint64_t at_most = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t visits = 0;
    std::uint64_t strikes = 0;
  };

  FaultRegistry(std::uint64_t seed, double probability) : seed_(seed), probability_(probability) {}

  /// How often this site is struck, and how often at most.
  void set(std::string_view site, double probability,
           std::uint64_t at_most = std::numeric_limits<std::uint64_t>::max());
  std::uint64_t visits(std::string_view site) const;
  std::uint64_t strikes(std::string_view site) const;
  const std::map<std::string, Site, std::less<>>& sites() const { return sites_; }

  /// Counts a visit and says whether it is struck.
  bool visit(std::string_view site, bool may_strike);

 private:
  Site& at(std::string_view site);

  std::uint64_t seed_;
  double probability_;
  std::map<std::string, Site, std::less<>> sites_;
};

}  // namespace troupe::inline v0::sim

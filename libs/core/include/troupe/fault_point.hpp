// fault_point("name"): a place in a program where a simulation may let something go wrong.
//
// `if (troupe::fault_point("journal.write")) return std::unexpected(IoError{});`
// Outside of simulations it costs one load and a branch, and is false.
#pragma once

#include <string_view>

namespace troupe::inline v0 {

/// Who decides whether a fault strikes: a port, which libs/sim implements.
class FaultSites {
 public:
  virtual bool strikes(std::string_view site) noexcept = 0;

 protected:
  ~FaultSites() = default;
};

namespace detail {
/// Of the simulation that runs in this thread. constinit spares the wrapper that would construct it.
inline constinit thread_local FaultSites* fault_sites = nullptr;
}  // namespace detail

/// Whether the fault of this name strikes here and now. Thread-safety: any thread; other threads than a
/// simulation's have no faults.
inline bool fault_point(std::string_view site) noexcept {
  FaultSites* sites = detail::fault_sites;
  return sites && sites->strikes(site);
}

}  // namespace troupe::inline v0

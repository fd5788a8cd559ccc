#include <troupe/sim/faults.hpp>

namespace troupe::inline v0::sim {

FaultRegistry::Site& FaultRegistry::at(std::string_view site) {
  const auto found = sites_.find(site);
  return found != sites_.end() ? found->second : sites_[std::string(site)];
}

void FaultRegistry::set(std::string_view site, double probability, std::uint64_t at_most) {
  Site& one = at(site);
  one.probability = probability;
  one.at_most = at_most;
}

std::uint64_t FaultRegistry::visits(std::string_view site) const {
  const auto found = sites_.find(site);
  return found == sites_.end() ? 0 : found->second.visits;
}
std::uint64_t FaultRegistry::strikes(std::string_view site) const {
  const auto found = sites_.find(site);
  return found == sites_.end() ? 0 : found->second.strikes;
}

bool FaultRegistry::visit(std::string_view site, bool may_strike) {
  Site& one = at(site);
  const std::uint64_t visit = one.visits++;
  const double probability = one.probability < 0 ? probability_ : one.probability;
  if (!may_strike || probability <= 0 || one.strikes >= one.at_most) return false;
  if (Stream::unit(mix(mix(seed_, hash_text(site)), visit)) >= probability) return false;
  ++one.strikes;
  return true;
}

}  // namespace troupe::inline v0::sim

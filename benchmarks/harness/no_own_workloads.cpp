// For implementations that have the common workloads only.
#include "workloads.hpp"

namespace bench {

std::span<const Workload> own_workloads() { return {}; }

}  // namespace bench

// Workloads in a system with options of one's own.
#pragma once

#include <troupe/options.hpp>

#include "../harness/result.hpp"

namespace bench {

Result ping_pong_with(const troupe::SystemOptions& options, double scale);
Result one_to_one_with(const troupe::SpawnOptions& counter, double scale);
Result fan_in_actors_with(const troupe::SystemOptions& options, double scale);
/// An actor that asks one which never answers in place: each ask is queued, and its asker waits.
Result ask_waiting_with(const troupe::SystemOptions& options, double scale);

}  // namespace bench

// The workloads, by name. Each implementation defines all of these functions; README.md says what each must
// do.
#pragma once

#include <span>

#include "result.hpp"

namespace bench {

struct Workload {
  const char* name;
  Result (*run)(double scale);
};
/// What this implementation has and the others haven't.
std::span<const Workload> own_workloads();

Result ping_pong(double scale);
Result ring(double scale);
Result one_to_one(double scale);
Result fan_in_actors(double scale);
Result fan_in_threads(double scale);
Result ask_actor(double scale);
Result ask_thread(double scale);
Result ask_busy(double scale);
Result skynet(double scale);
Result big(double scale);
Result spawn(double scale);
Result bytes_per_actor(double scale);
Result idle_cpu(double scale);

}  // namespace bench

// What a message costs in the simulator.
#pragma once

#include "../harness/result.hpp"

namespace bench {

Result simulated_messages(double scale);

}  // namespace bench

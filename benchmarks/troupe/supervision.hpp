// What supervision costs, and what a restart does.
#pragma once

#include "../harness/result.hpp"

namespace bench {

Result restart(double scale);
Result throw_and_catch(double scale);
Result supervised_ping_pong(double scale);
Result siblings_under_crashes(double scale);
Result siblings_without_crashes(double scale);
Result tree_start_stop(double scale);

}  // namespace bench

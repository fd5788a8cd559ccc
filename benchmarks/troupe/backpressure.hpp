// What bounds cost, and what they keep.
#pragma once

#include "../harness/result.hpp"

namespace bench {

Result bounded_one_to_one(double scale);
Result tell_pipeline(double scale);
Result deliver_pipeline(double scale);
Result await_pipeline(double scale);
Result overload_rss(double scale);

}  // namespace bench

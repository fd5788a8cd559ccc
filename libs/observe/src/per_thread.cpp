#include "per_thread.hpp"

namespace troupe::inline v0::observe::detail {

[[gnu::tls_model("initial-exec")]] constinit thread_local CurrentPart current_parts[2];

}  // namespace troupe::inline v0::observe::detail

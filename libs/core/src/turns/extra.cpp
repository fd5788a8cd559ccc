#include "turns/extra.hpp"

#include "supervision/supervised.hpp"
#include "supervision/supervision.hpp"

namespace troupe::inline v0::detail {

Extra::Extra() = default;
Extra::~Extra() = default;

}  // namespace troupe::inline v0::detail

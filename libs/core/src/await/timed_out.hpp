// The deadline of an await has passed.
#pragma once

#include <troupe/detail/await.hpp>

namespace troupe::inline v0::detail {

/// Answers the await with a timeout. @pre the caller has claimed it
void timed_out(AwaitBlock& block, std::uint64_t number);

}  // namespace troupe::inline v0::detail

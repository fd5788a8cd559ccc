// An await ends without an answer.
#pragma once

#include <troupe/detail/await.hpp>

namespace troupe::inline v0::detail {

/// Answers the await with a timeout. @pre the caller has claimed it
void timed_out(AwaitBlock& block, std::uint64_t number);
/// Answers the await with an error. @pre the caller has claimed it
void send_claimed_error(Destination to, AskError error);

}  // namespace troupe::inline v0::detail

// Why those who wait for an actor that has ended, or is about to, get nothing.
#pragma once

#include <string>

#include <troupe/detail/await.hpp>

namespace troupe::inline v0::detail {

/// `what` is what didn't happen: "Put asked of Store got no answer".
AskError refusal(const std::string& what, const Drop& why);
/// "Put delivered to Store was not accepted".
std::string not_accepted(const MessageOps& message);

}  // namespace troupe::inline v0::detail

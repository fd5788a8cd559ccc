// What a supervisor does when it hears of a child.
#pragma once

#include <exception>

#include <troupe/detail/supervision_services.hpp>

#include "supervision/letters.hpp"

namespace troupe::inline v0::detail {

/// @pre the caller holds the supervisor's token
void hear_news(Cell& supervisor, const ChildNews& letter, const std::exception_ptr& cause);

}  // namespace troupe::inline v0::detail

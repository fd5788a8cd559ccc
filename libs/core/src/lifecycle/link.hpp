// Links: two actors that fail together. All @pre: the caller holds the cell's token.
#pragma once

#include <exception>

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

/// Fails those that it is linked to.
void break_links(Cell& cell, const std::exception_ptr& cause);
/// Its object ends otherwise: the others are not linked to it any more.
void end_links(Cell& cell);

}  // namespace troupe::inline v0::detail

// A walk over all living actors.
#pragma once

#include <troupe/detail/cell.hpp>
#include <troupe/tree.hpp>

namespace troupe::inline v0::detail {

class Monitor;

/// All below the root. From any thread; actors that end meanwhile are left out.
Tree walk_tree(Cell& root, Monitor& monitor);

}  // namespace troupe::inline v0::detail

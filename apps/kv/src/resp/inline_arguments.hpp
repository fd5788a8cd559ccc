// Splits the line of an inline request, as typed into telnet, into arguments.
// Thread-safety: pure function.
#pragma once

#include <string_view>

#include "resp/request.hpp"

namespace troupe::kv {

// Blanks separate. "..." knows the escapes \n \r \t \b \a \xHH and \c for any other c; '...' knows only \'.
// After a closing quote a blank or the end must follow. A zero byte ends the line. Returns false when quotes
// are not balanced; `out` then holds what was read up to there.
[[nodiscard]] bool split_inline(std::string_view line, Request& out);

}  // namespace troupe::kv

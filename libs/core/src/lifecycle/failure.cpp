// An exception has left a handler.
#include <string>

#include <troupe/detail/dead_letter_box.hpp>
#include <troupe/ports/log.hpp>

#include "lifecycle/stop.hpp"
#include "observe/describe.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

void fail_current(Cell& cell, const MessageOps& message, std::exception_ptr cause,
                  DeadLetterBox box) noexcept {
  Runtime& runtime = cell.group().runtime();
  const std::string path = path_of(cell);
  runtime.log().write(LogLevel::error, describe_actor(cell) + " failed on " + std::string(message.message) +
                                           ": " + describe_exception(cause));
  report_dead_letter({StopReason::failed, cause, &runtime, path}, message, box);
  cell.extras().cause = std::move(cause);
  begin_stop(cell, StopReason::failed);
}

}  // namespace troupe::inline v0::detail

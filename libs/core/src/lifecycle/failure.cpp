// An exception has left a handler.
#include <string>

#include <troupe/detail/dead_letter_box.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/ports/log.hpp>

#include "lifecycle/stop.hpp"
#include "observe/describe.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

void fail_actor(Cell& cell, const MessageOps& message, std::exception_ptr cause) noexcept {
  const std::string text = describe_exception(cause);
  cell.group().runtime().log().write(
      LogLevel::error, describe_actor(cell) + " failed on " + std::string(message.message) + ": " + text);
  trace_failure(cell, message, text);
  cell.extras().cause = std::move(cause);
  begin_stop(cell, StopReason::failed);
}

void fail_current(Cell& cell, const MessageOps& message, std::exception_ptr cause,
                  DeadLetterBox box) noexcept {
  const std::string path = path_of(cell);
  report_dead_letter({StopReason::failed, cause, &cell.group().runtime(), path}, message, box);
  fail_actor(cell, message, std::move(cause));
}

}  // namespace troupe::inline v0::detail

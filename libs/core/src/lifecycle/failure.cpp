// An exception has left a handler, or a supervisor has given up.
#include <string>
#include <utility>

#include <troupe/detail/dead_letter_box.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/ports/log.hpp>

#include "lifecycle/link.hpp"
#include "lifecycle/stop.hpp"
#include "observe/describe.hpp"
#include "supervision/child.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {
constexpr MessageOps no_message{nullptr, nullptr, 0, 0, Kind::control, false, "", ""};
}

void fail_actor(Cell& cell, const MessageOps& message, std::exception_ptr cause) noexcept {
  std::string text = describe_exception(cause);
  if (Log& log = cell.group().runtime().log(); log.wants(LogLevel::error))
    log.write(LogLevel::error,
              describe_actor(cell) + " failed on " + std::string(message.message) + ": " + text);
  trace_failure(cell, message, text);
  if (Supervised* mine = supervised(cell))
    return fail_supervised(cell, *mine, message, std::move(cause), std::move(text), StopReason::failed);
  cell.group().runtime().supervision_events().publish(cell, SupervisionKind::failed, message.message, cause,
                                                      0);
  break_links(cell, cause);
  cell.extras().cause = std::move(cause);
  begin_stop(cell, StopReason::failed);
}

void fail_current(Cell& cell, const MessageOps& message, std::exception_ptr cause,
                  DeadLetterBox box) noexcept {
  const std::string path = path_of(cell);
  report_dead_letter({StopReason::failed, cause, &cell.group().runtime(), path}, message, box);
  fail_actor(cell, message, std::move(cause));
}

void retry_current(Cell& cell, const MessageOps& message, std::exception_ptr cause,
                   Envelope* again) noexcept {
  Extra& extra = cell.extras();
  extra.retries.push_back(again);
  fail_actor(cell, message, std::move(cause));
  if (cell.condition.life != Life::running) return;  // its next object, or its end, will see to it
  // It resumes.
  extra.front.insert(extra.front.begin(), extra.retries.begin(), extra.retries.end());
  extra.retries.clear();
  cell.condition.has_front = true;
}

void quarantine_current(Cell& cell, const MessageOps& message, std::exception_ptr cause,
                        Poison poison) noexcept {
  Runtime& runtime = cell.group().runtime();
  runtime.log().write(LogLevel::warning, describe_actor(cell) + " has failed on " +
                                             std::string(message.message) +
                                             " for the last time: the message is put in quarantine");
  runtime.quarantine().add(cell, message, cause, std::move(poison));
  runtime.supervision_events().publish(cell, SupervisionKind::quarantined, message.message, cause, 0);
  fail_actor(cell, message, std::move(cause));
}

void fail_supervisor(Cell& cell, const Escalated& why) noexcept {
  Runtime& runtime = cell.group().runtime();
  Supervised* const mine = supervised(cell);
  std::exception_ptr cause = std::make_exception_ptr(why);
  runtime.log().write(mine ? LogLevel::error : LogLevel::critical, why.what());
  trace_failure(cell, no_message, why.what());
  runtime.supervision_events().publish(cell, SupervisionKind::escalated, {}, cause, 0);
  if (mine) {
    // With its class, as all causes are described.
    return fail_supervised(cell, *mine, no_message, cause, describe_exception(cause), StopReason::escalated);
  }
  break_links(cell, cause);
  cell.extras().cause = std::move(cause);
  begin_stop(cell, StopReason::escalated);
  if (runtime.stops_on_escalation()) send_stop(*runtime.root, runtime.root_gen);
}

}  // namespace troupe::inline v0::detail

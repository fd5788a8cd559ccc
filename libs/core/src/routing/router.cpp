#include <algorithm>
#include <string>

#include <troupe/detail/router.hpp>

#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

void unstash(Cell& cell, std::size_t count) {
  Extra& extra = cell.extras();
  const auto end = extra.stash.begin() + static_cast<std::ptrdiff_t>(std::min(count, extra.stash.size()));
  extra.front.insert(extra.front.end(), extra.stash.begin(), end);
  extra.stash.erase(extra.stash.begin(), end);
  cell.condition.has_front = !extra.front.empty();
}

void hold_mail(Cell& cell, bool on) { cell.condition.held = on; }

void refuse_message(Cell& by, const MessageOps& message, Undelivered reason, const std::exception_ptr& cause,
                    DeadLetterBox box) noexcept {
  const std::string path = path_of(by);
  by.group().runtime().dead_letters().report(reason, {StopReason::stopped, cause, nullptr, path}, message,
                                             box);
}

}  // namespace troupe::inline v0::detail

#include "actors/messages.hpp"

#include "resp/reply.hpp"

namespace troupe::kv {

namespace {

constexpr std::string_view kCrashedOn =
    "internal error: the server crashed while it carried this out, so it may have taken effect or not";
constexpr std::string_view kCrashedBefore =
    "internal error: the server crashed before it came to this, which may be sent again";
constexpr std::string_view kTooMany =
    "too many requests wait already (--max-queued), so this was not begun: send it again later";

// Keeps what was dropped dropped: that connection will be cut off.
void answer_with(Request& request, std::string_view error) {
  if (request.is_answer_dropped) return;
  request.answer.clear();
  Reply(request).error(error);
}

}  // namespace

// Nothing can be done where not even these few words find memory: that client will wait.
void Execute::give_back() noexcept try {
  if (!from.alive()) return;
  for (std::size_t i = executed; i < batch.size(); ++i) {
    answer_with(*batch[i], i == executed ? kCrashedOn : kCrashedBefore);
  }
  from.tell<Executed>(std::move(batch));
} catch (...) {
}

void Execute::turn_away() noexcept try {
  for (RequestPtr& request : batch) answer_with(*request, kTooMany);
  from.tell<Executed>(std::move(batch));
} catch (...) {
}

void Question::turn_away() noexcept try {
  answer_with(*request, kTooMany);
  send_home();
} catch (...) {
}

void Question::give_back() noexcept try {
  if (!from.alive()) return;
  answer_with(*request, kCrashedOn);
  send_home();
} catch (...) {
}

}  // namespace troupe::kv

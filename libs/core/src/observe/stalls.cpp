#include "observe/stalls.hpp"
#include <cstdio>

namespace troupe::inline v0 {

namespace {

std::string seconds(std::chrono::nanoseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f s", std::chrono::duration<double>(duration).count());
  return text;
}

std::string describe_turn_of(const Stall& stall) {
  std::string text = stall.path + " (" + std::string(stall.actor) + ") ";
  text += stall.ended ? "was " : "has been ";
  text += stall.message.empty() ? "in a turn without a message, as when it stops,"
                                : "in its turn with " + std::string(stall.message);
  return text + " for " + seconds(stall.lasted);
}

std::string describe_group(const Stall& stall) {
  const std::string group = stall.group.empty() ? "the default group" : "the group '" + stall.group + "'";
  if (stall.ended) return "all threads of " + group + " were in long turns for " + seconds(stall.lasted);
  return "all threads of " + group + " have been in long turns for " + seconds(stall.lasted) + ", while " +
         std::to_string(stall.waiting) + (stall.waiting == 1 ? " actor waits" : " actors wait") +
         " for a thread";
}

std::string describe_mail(const Stall& stall) {
  const std::string who = stall.path + " (" + std::string(stall.actor) + ")";
  if (stall.ended) return who + " kept messages waiting for " + seconds(stall.lasted);
  std::string text = who + " has kept a message waiting for " + seconds(stall.lasted) + ", of " +
                     std::to_string(stall.waiting) + " in its mailbox; it is " +
                     std::string(to_string(stall.state));
  if (!stall.message.empty())
    text += ", in its turn with " + std::string(stall.message) + " for " + seconds(stall.in_turn);
  if (!stall.awaits.empty()) text += ", which awaits " + stall.awaits;
  return text;
}

}  // namespace

std::string_view to_string(StallKind kind) noexcept {
  switch (kind) {
    case StallKind::long_turn:
      return "long turn";
    case StallKind::stuck_group:
      return "stuck group";
    case StallKind::waiting_mail:
      return "waiting mail";
  }
  return "unknown";
}

std::string to_string(const Stall& stall) {
  const std::string prefix = stall.ended ? "end of a stall: " : "stall: ";
  switch (stall.kind) {
    case StallKind::long_turn:
      return prefix + describe_turn_of(stall);
    case StallKind::stuck_group:
      return prefix + describe_group(stall);
    case StallKind::waiting_mail:
      return prefix + describe_mail(stall);
  }
  return prefix;
}

namespace detail {

void Stalls::begin(Log& log) {
  log_ = &log;
  for (auto& count : counts_) count.store(0, std::memory_order_relaxed);
}

void Stalls::end() {
  const std::lock_guard lock(mutex_);
  subscribers_.clear();
}

void Stalls::report(const Stall& stall) {
  if (!stall.ended) counts_[static_cast<std::size_t>(stall.kind)].fetch_add(1, std::memory_order_relaxed);
  const bool is_bad = stall.kind == StallKind::stuck_group && !stall.ended;
  log_->write(is_bad ? LogLevel::error : LogLevel::warning, to_string(stall));
  std::vector<Recipient<Stall>> receivers;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(subscribers_, [](const auto& one) { return !one.alive(); });
    receivers = subscribers_;
  }
  for (const auto& receiver : receivers) receiver.tell<Stall>(stall);
}

void Stalls::subscribe(Recipient<Stall> subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(subscriber);
}

StallCounts Stalls::counts() const {
  StallCounts result;
  for (std::size_t i = 0; i < stall_kinds; ++i) {
    result.by_kind[i] = counts_[i].load(std::memory_order_relaxed);
  }
  return result;
}

}  // namespace detail
}  // namespace troupe::inline v0

#include "scheduler/colocation.hpp"
#include <algorithm>

namespace troupe::inline v0::detail {

namespace {
constexpr std::chrono::nanoseconds shortest_pause = std::chrono::milliseconds(4);
constexpr std::chrono::nanoseconds longest_pause = std::chrono::seconds(1);
constexpr std::chrono::nanoseconds trust = std::chrono::seconds(1);
// Senders that are together say so again with each activation.
constexpr std::chrono::nanoseconds stay = std::chrono::milliseconds(10);
}  // namespace

void Colocation::note_success() {
  trusted_until_.store(now() + trust.count(), relaxed);
  pause_.store(0, relaxed);
}

void Colocation::note_failure() {
  const auto pause =
      std::clamp(4 * std::chrono::nanoseconds(pause_.load(relaxed)), shortest_pause, longest_pause);
  trusted_until_.store(0, relaxed);
  not_before_.store(now() + pause.count(), relaxed);
  pause_.store(pause.count(), relaxed);
}

void Colocation::gather(const Cell& receiver, unsigned worker) {
  Seat& seat = seats_[seat_of(receiver)];
  seat.until.store(now() + stay.count(), relaxed);
  seat.word.store(word_of(receiver) | (worker & worker_mask), relaxed);
}

}  // namespace troupe::inline v0::detail

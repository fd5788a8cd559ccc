#include <algorithm>
#include <string>
#include <utility>

#include <troupe/detail/actor_services.hpp>
#include <troupe/detail/context.hpp>

#include "observe/describe.hpp"
#include "scheduler/driver.hpp"
#include "system/runtime.hpp"
#include "system/split_mix.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

void Relax::pause(unsigned spins) noexcept {
  if (spins < spins_before_yield) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  } else {
    std::this_thread::yield();
  }
}

SteadyTime now_of(const Cell& cell) { return cell.group().runtime().clock().now(); }
WallTime wall_time_of(const Cell& cell) { return cell.group().runtime().clock().wall(); }
Log& log_of(const Cell& cell) { return cell.group().runtime().log(); }

std::uint64_t random_of(Cell& cell) {
  Extra& extra = cell.extras();
  if (!extra.random_seeded) {
    extra.random_seeded = true;
    extra.random_state = cell.group().runtime().seed() ^
                         (std::uint64_t{path_hash_of(cell.gen.load(std::memory_order_relaxed))} << 32);
  }
  SplitMix stream(extra.random_state);
  const std::uint64_t draw = stream.next();
  extra.random_state = stream.state();
  return draw;
}

// --- stash ------------------------------------------------------------------------------------------------

void check_stash(Cell& cell) {
  Extra& extra = cell.extras();
  if (extra.stash.size() < extra.stash_capacity) return;
  throw StashOverflow(describe_actor(cell) + " can't stash another message: it holds " +
                      std::to_string(extra.stash.size()) +
                      "; unstash earlier, or spawn it with a larger .stash_capacity");
}

void stash(Cell& cell, Envelope* letter) {
  if (letter->is_traced()) trace_letter(TraceKind::send, cell, *letter);
  cell.extras().stash.push_back(letter);
}

void unstash_all(Cell& cell) {
  Extra& extra = cell.extras();
  extra.front.insert(extra.front.end(), extra.stash.begin(), extra.stash.end());
  extra.stash.clear();
  cell.condition.has_front = !extra.front.empty();
}

Destination take_current_destination(Cell& cell, const MessageOps* asked) {
  const Running& running = *context.running;
  if (running.cell != &cell) return {};
  if (PutOff* const put_off = running.put_off) {
    return cell.activity.load(std::memory_order_relaxed) == asked ? put_off->open(*put_off, cell)
                                                                  : Destination{};
  }
  if (!running.letter || running.letter->ops != asked) return {};
  Destination to = std::exchange(destination_in(*running.letter), {});
  // What was to be answered on the spot is to be answered later: it takes a real await.
  if (to.is_inline()) {
    to = to.sink()->open(cell, cell.gen.load(std::memory_order_relaxed), asked, name_of(*running.letter));
  }
  return to;
}

// --- timers -----------------------------------------------------------------------------------------------

namespace {
void end_timer(Cell& cell, std::vector<ActorTimer>::iterator timer) {
  cell.group().runtime().timers().cancel(timer->ticket);
  cell.extra->timers.erase(timer);
}
}  // namespace

std::uint64_t arm_timer(Cell& cell, std::string_view key, std::chrono::nanoseconds delay, Envelope* letter,
                        std::uint64_t& number, Envelope* (*copy)(Cell&, const Envelope&)) {
  constexpr std::chrono::milliseconds shortest_period{1};
  const bool repeats = copy != nullptr;
  if (repeats && delay < shortest_period) {
    const std::string text = describe_actor(cell) + " can't repeat " + std::string(letter->ops->message) +
                             ": its period must be at least 1 ms";
    letter->ops->drop(*letter, {StopReason::stopped, nullptr, nullptr, {}});
    free_envelope(letter);
    throw UsageError(text);
  }
  const std::chrono::nanoseconds period = repeats ? delay : delay.zero();
  if (!key.empty()) cancel_timer(cell, key);
  if (letter->is_traced()) trace_letter(TraceKind::timer, cell, *letter);
  Runtime& runtime = cell.group().runtime();
  if (Driver* driver = runtime.driver()) delay = driver->timer_delay(cell, delay);
  Extra& extra = cell.extras();
  number = ++extra.last_timer;
  const TimerTicket ticket = runtime.timers().arm(
      delay, {.target = &cell, .envelope = letter, .as_signal = false, .period = period, .copy = copy});
  extra.timers.push_back({extra.last_timer, std::string(key), ticket, repeats});
  return extra.last_timer;
}

bool cancel_timer(Cell& cell, std::uint64_t timer) {
  if (!cell.extra) return false;
  auto& timers = cell.extra->timers;
  const auto found =
      std::find_if(timers.begin(), timers.end(), [&](const auto& one) { return one.number == timer; });
  if (found == timers.end()) return false;
  end_timer(cell, found);
  return true;
}

bool cancel_timer(Cell& cell, std::string_view key) {
  if (!cell.extra || key.empty()) return false;
  auto& timers = cell.extra->timers;
  const auto found =
      std::find_if(timers.begin(), timers.end(), [&](const auto& one) { return one.key == key; });
  if (found == timers.end()) return false;
  end_timer(cell, found);
  return true;
}

bool accept_tick(Cell& cell, std::uint64_t timer) {
  if (!cell.extra) return false;
  auto& timers = cell.extra->timers;
  const auto found =
      std::find_if(timers.begin(), timers.end(), [&](const auto& one) { return one.number == timer; });
  if (found == timers.end()) return false;
  if (!found->periodic) timers.erase(found);
  return true;
}

}  // namespace troupe::inline v0::detail

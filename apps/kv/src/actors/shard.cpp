#include "actors/shard.hpp"
#include <algorithm>
#include <utility>

#include "commands/command.hpp"
#include "commands/execute.hpp"

namespace troupe::kv {

namespace {
// Keys that one step of active expiry removes at most; then other requests get their turn.
constexpr std::size_t expire_budget = 200;
// The system's clock may be set while the timer runs by another, so none runs for longer.
constexpr std::chrono::milliseconds longest_nap{10'000};

bool reads_only(const Request& request) { return (request.command->flags & flag::readonly) != 0; }
}  // namespace

// The timer of the object before it, if there was one, ended with it.
Shard::Shard(std::shared_ptr<ShardState> state, std::chrono::milliseconds active_expire)
    : state_(std::move(state)), active_expire_(active_expire) {
  watch_expiry(keyspace_.next_expiry());
}

void Shard::on(Execute&& order) {
  crash_test_.strike();
  // Requests bring the time at which they were read; it must not go back between two of them.
  now_ = std::max(now_, std::chrono::floor<std::chrono::milliseconds>(order.now));
  TimePoint next_expiry = kNever;
  for (; order.executed < order.batch.size(); ++order.executed) {
    const RequestPtr& request = order.batch[order.executed];
    // To one that was cut off nothing more is said, so what it would have read costs the others nothing.
    // What it has written holds, whole.
    if (reads_only(*request) && !order.from.alive()) continue;
    execute(keyspace_, *request, now_);
    next_expiry = std::min(next_expiry, keyspace_.database(request->database).next_expiry());
  }
  if (order.from.alive()) order.from.tell<Executed>(std::move(order.batch));
  watch_expiry(next_expiry);
}

void Shard::on(const SettingsChanged& news) {
  keyspace_.set_max_value_bytes(news.settings->limits.max_bulk_bytes);
}

void Shard::on(Expire) {
  look_at_ = kNever;
  now_ = std::max(now_, std::chrono::floor<std::chrono::milliseconds>(wall_time()));
  if (keyspace_.expire_some(now_, expire_budget) == expire_budget) {
    // There is more: at once, but behind the requests that wait.
    look_at_ = now_;
    return self().tell<Expire>();
  }
  watch_expiry(keyspace_.next_expiry());
}

void Shard::watch_expiry(TimePoint next) {
  if (next == kNever) return;
  // Not before a while has passed, so that many are removed at once.
  const auto nap = std::clamp(next - now_, active_expire_, std::max(active_expire_, longest_nap));
  if (now_ + nap >= look_at_) return;
  look_at_ = now_ + nap;
  after("expire", nap, Expire{});
}

}  // namespace troupe::kv

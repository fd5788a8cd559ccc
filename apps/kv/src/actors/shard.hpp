// A shard: the part of the keys whose hash falls to it. Each request is one turn, so each is atomic here.
// Its keys aren't the object's: who takes its place after a crash goes on with them.
#pragma once

#include <chrono>
#include <memory>

#include <troupe/actor.hpp>

#include "actors/crash_test.hpp"
#include "actors/messages.hpp"
#include "store/keyspace.hpp"

namespace troupe::kv {

// What a restart keeps.
struct ShardState {
  explicit ShardState(const KeyspaceOptions& options) : keyspace(options) {}
  Keyspace keyspace;
  TimePoint now{};  // of the latest request
};

class Shard : public Actor<Shard> {
 public:
  // These have places of their own, however many requests wait.
  using urgent = Messages<SettingsChanged, Crash>;

  Shard(std::shared_ptr<ShardState> state, std::chrono::milliseconds active_expire);

  void on(Execute&& order);
  void on(const SettingsChanged& news);
  void on(Crash) { crash_test_.arm(); }

  // Time to look for keys that have expired without anybody asking for them.
  struct Expire {};
  void on(Expire);

 private:
  // Sees to it that somebody looks when a key expires. Until then, a store that is idle costs nothing.
  void watch_expiry(TimePoint next);

  const std::shared_ptr<ShardState> state_;
  Keyspace& keyspace_ = state_->keyspace;
  TimePoint& now_ = state_->now;
  const std::chrono::milliseconds active_expire_;
  TimePoint look_at_ = kNever;  // when an Expire comes; kNever: none does
  CrashTest crash_test_;
};

}  // namespace troupe::kv

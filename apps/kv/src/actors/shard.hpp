// A shard: the part of the keys whose hash falls to it. Each request is one turn, so each is atomic here.
#pragma once

#include <chrono>

#include <troupe/actor.hpp>

#include "actors/messages.hpp"
#include "store/keyspace.hpp"

namespace troupe::kv {

class Shard : public Actor<Shard> {
 public:
  Shard(const KeyspaceOptions& options, std::chrono::milliseconds active_expire);

  void on(Execute&& order);
  void on(const SettingsChanged& news);

  // Time to look for keys that have expired without anybody asking for them.
  struct Expire {};
  void on(Expire);

 private:
  // Sees to it that somebody looks when a key expires. Until then, a store that is idle costs nothing.
  void watch_expiry(TimePoint next);

  Keyspace keyspace_;
  const std::chrono::milliseconds active_expire_;
  TimePoint now_{};
  TimePoint look_at_ = kNever;  // when an Expire comes; kNever: none does
};

}  // namespace troupe::kv

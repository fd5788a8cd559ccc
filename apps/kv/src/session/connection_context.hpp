// What a command that runs on the connection may read and change, and what it asks the connection to do
// afterwards.
// Thread-safety: none; it lives for one call.
#pragma once

#include <string>
#include <vector>

#include "commands/command.hpp"
#include "server/settings.hpp"
#include "session/session.hpp"

namespace troupe::kv {

struct SubscriptionChange {
  enum class Kind : std::uint8_t { channel, pattern };
  bool added;
  Kind kind;
  std::string name;
};

struct ConnectionContext {
  Session& session;
  const Settings& settings;
  WallTime now;

  // Asked for by the command.
  bool close = false;                                         // once all answers are out
  bool shut_down = false;                                     // the whole server
  std::vector<SubscriptionChange> subscription_changes = {};  // to be told to the hub, in this order
};

}  // namespace troupe::kv

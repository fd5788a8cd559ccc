// The state of one connection: who it is, what it has chosen, what it listens to.
// Thread-safety: none; it belongs to one connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>

#include "resp/request.hpp"
#include "server/settings.hpp"
#include "session/client_info.hpp"

namespace troupe::kv {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

struct Session {
  // Set when the connection is made.
  std::uint64_t id = 0;
  std::string address;
  std::string local_address;
  WallTime connected_at{};
  bool authenticated = true;  // false at first if the server asks for a password

  // Changed by commands.
  Protocol protocol = Protocol::resp2;
  std::uint32_t database = 0;
  std::string name;
  std::string lib_name;
  std::string lib_version;
  bool no_evict = false;
  std::set<std::string, std::less<>> channels;
  std::set<std::string, std::less<>> patterns;
  const Command* last_command = nullptr;
  WallTime last_command_at{};

  [[nodiscard]] bool subscribed() const noexcept { return !channels.empty() || !patterns.empty(); }
  [[nodiscard]] bool must_authenticate(const Settings& settings) const noexcept {
    return !authenticated && !settings.password.empty();
  }
  [[nodiscard]] ClientInfo info(WallTime now, std::size_t output_bytes = 0) const;
};

}  // namespace troupe::kv

// What CLIENT LIST and CLIENT INFO tell about one connection: a snapshot of its session.
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "resp/request.hpp"

namespace troupe::kv {

struct ClientInfo {
  std::uint64_t id = 0;
  std::string address;        // "127.0.0.1:50536"
  std::string local_address;  // the server's side of it
  std::string name;
  std::string lib_name;
  std::string lib_version;
  std::chrono::seconds age{};
  std::chrono::seconds idle{};
  std::uint32_t database = 0;
  std::size_t channels = 0;
  std::size_t patterns = 0;
  std::size_t output_bytes = 0;  // waiting to be read by the client
  bool no_evict = false;
  std::string_view command;  // the last one; a name out of the command table
  Protocol protocol = Protocol::resp2;

  [[nodiscard]] bool subscribed() const noexcept { return channels + patterns > 0; }
};

// One line, its end included. Fields that have no meaning here stand as 0, for clients count on finding them.
void append_client_line(std::string& out, const ClientInfo& client);

}  // namespace troupe::kv

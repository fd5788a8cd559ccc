#include "session/session.hpp"

#include "commands/command.hpp"

namespace troupe::kv {

ClientInfo Session::info(WallTime now, std::size_t output_bytes) const {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  ClientInfo info;
  info.id = id;
  info.address = address;
  info.local_address = local_address;
  info.name = name;
  info.lib_name = lib_name;
  info.lib_version = lib_version;
  info.age = duration_cast<seconds>(now - connected_at);
  info.idle = duration_cast<seconds>(now - last_command_at);
  info.database = database;
  info.channels = channels.size();
  info.patterns = patterns.size();
  info.output_bytes = output_bytes;
  info.no_evict = no_evict;
  info.command = last_command != nullptr ? last_command->name : std::string_view();
  info.protocol = protocol;
  return info;
}

}  // namespace troupe::kv

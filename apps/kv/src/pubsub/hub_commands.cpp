#include "pubsub/hub_commands.hpp"
#include <string>

namespace troupe::kv {
namespace {

constexpr std::size_t kPatternAt = 2;

}  // namespace

bool check_channels_syntax(Request& request) {
  if (request.size() <= kPatternAt + 1) return true;
  Reply(request).error("unknown subcommand or wrong number of arguments for '" + std::string(request[1]) +
                       "'. Try PUBSUB HELP.");
  return false;
}

void write_channels(Request& request, const std::vector<std::string_view>& channels) {
  const std::string_view pattern = request.size() > kPatternAt ? request[kPatternAt] : "*";
  std::vector<std::string_view> shown;
  for (const std::string_view channel : channels) {
    if (matches_glob(pattern, channel)) shown.push_back(channel);
  }
  Reply reply(request);
  reply.array(shown.size());
  for (const std::string_view channel : shown) reply.bulk(channel);
}

}  // namespace troupe::kv

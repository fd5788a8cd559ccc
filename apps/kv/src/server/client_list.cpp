// CLIENT LIST.
#include <algorithm>
#include <optional>
#include <vector>

#include "commands/errors.hpp"
#include "resp/case_fold.hpp"
#include "resp/integers.hpp"
#include "resp/reply.hpp"
#include "server/server_commands.hpp"

namespace troupe::kv {
namespace {

constexpr std::size_t kOptionAt = 2;
constexpr std::size_t kValueAt = 3;

enum class ClientType : std::uint8_t { normal, pubsub, none };

std::optional<ClientType> read_type(std::string_view text) {
  if (equals_folded(text, "normal")) return ClientType::normal;
  if (equals_folded(text, "pubsub")) return ClientType::pubsub;
  // Known to the protocol, but nobody here is one.
  if (equals_folded(text, "master") || equals_folded(text, "replica") || equals_folded(text, "slave")) {
    return ClientType::none;
  }
  return std::nullopt;
}

ClientType type_of(const ClientInfo& client) {
  return client.subscribed() ? ClientType::pubsub : ClientType::normal;
}

// nullopt if one of them isn't the id of a client.
std::optional<std::vector<std::uint64_t>> read_ids(const Request& request) {
  std::vector<std::uint64_t> ids;
  for (std::size_t i = kValueAt; i < request.size(); ++i) {
    const auto id = parse_integer(request[i]);
    if (!id) return std::nullopt;
    ids.push_back(static_cast<std::uint64_t>(*id));
  }
  return ids;
}

template <class Wanted>
void write_list(Reply& reply, std::span<const ClientInfo> clients, Wanted&& wanted) {
  std::string text;
  for (const ClientInfo& client : clients) {
    if (wanted(client)) append_client_line(text, client);
  }
  reply.verbatim("txt", text);
}

}  // namespace

void run_client_list(ServerContext& context, Request& request) {
  Reply reply(request);
  if (request.size() == kOptionAt) {
    write_list(reply, context.clients, [](const ClientInfo&) { return true; });
  } else if (request.size() == kValueAt + 1 && equals_folded(request[kOptionAt], "type")) {
    const auto type = read_type(request[kValueAt]);
    if (!type) return reply.error("Unknown client type '" + std::string(quoted(request[kValueAt])) + "'");
    write_list(reply, context.clients, [type](const ClientInfo& client) { return type_of(client) == *type; });
  } else if (request.size() > kValueAt && equals_folded(request[kOptionAt], "id")) {
    const auto ids = read_ids(request);
    if (!ids) return reply.error("Invalid client ID");
    write_list(reply, context.clients,
               [&ids](const ClientInfo& client) { return std::ranges::find(*ids, client.id) != ids->end(); });
  } else {
    reply.error(errors::kSyntax);
  }
}

}  // namespace troupe::kv

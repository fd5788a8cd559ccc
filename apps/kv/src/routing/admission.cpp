#include "routing/admission.hpp"
#include <algorithm>
#include <string>

#include "commands/command_table.hpp"
#include "commands/errors.hpp"
#include "resp/case_fold.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {
namespace {

// How much of a client's words an error repeats.
constexpr std::size_t kMaxQuotedBytes = 128;

void write_unknown_command(Request& request) {
  std::string arguments;
  for (std::size_t i = 1; i < request.size() && arguments.size() < kMaxQuotedBytes; ++i) {
    const std::string_view argument = quoted(request[i], kMaxQuotedBytes - arguments.size());
    arguments.append("'").append(argument).append("' ");
  }
  std::string text("unknown command '");
  text.append(quoted(request[0], kMaxQuotedBytes)).append("', with args beginning with: ").append(arguments);
  Reply(request).error(text);
}

void write_unknown_subcommand(Request& request) {
  std::string text("unknown subcommand '");
  text.append(quoted(request[1], kMaxQuotedBytes))
      .append("'. Try ")
      .append(uppered(request[0]))
      .append(" HELP.");
  Reply(request).error(text);
}

// A web page that makes a browser post to this port must not get its lines executed.
bool is_http(const Request& request) {
  return equals_folded(request[0], "post") || equals_folded(request[0], "host:");
}

const Command* find_requested(Request& request) {
  const Command* command = find_command(request[0]);
  if (command == nullptr) {
    write_unknown_command(request);
    return nullptr;
  }
  if (command->subcommands.empty() || request.size() == 1) return command;
  const Command* subcommand = find_subcommand(*command, request[1]);
  if (subcommand == nullptr) write_unknown_subcommand(request);
  return subcommand;
}

bool allowed_while_listening(std::string_view name) {
  return name.ends_with("subscribe") || name == "ping" || name == "quit" || name == "reset";
}

}  // namespace

Admission admit(const Session& session, const Settings& settings, Request& request) {
  request.protocol = session.protocol;
  request.database = session.database;
  const Command* command = find_command(request[0]);
  if (command == nullptr && is_http(request)) return Admission::hostile;
  if (command == nullptr || !command->subcommands.empty()) command = find_requested(request);
  if (command == nullptr) return Admission::refused;
  request.command = command;
  if (!command->accepts(request.size())) {
    Reply(request).error("wrong number of arguments for '" + std::string(command->name) + "' command");
    return Admission::refused;
  }
  if (session.must_authenticate(settings) && (command->flags & flag::no_auth) == 0) {
    Reply(request).coded_error("NOAUTH Authentication required.");
    return Admission::refused;
  }
  // With RESP3 answers and messages can be told apart, so that anything goes.
  if (session.protocol == Protocol::resp2 && session.subscribed() &&
      !allowed_while_listening(command->name)) {
    Reply(request).error(
        "Can't execute '" + std::string(command->name) +
        "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context");
    return Admission::refused;
  }
  return Admission::admitted;
}

}  // namespace troupe::kv

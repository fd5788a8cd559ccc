// The HELP of the commands that have subcommands: of those subcommands that there are.
#include <array>
#include <span>

#include "commands/errors.hpp"
#include "resp/case_fold.hpp"
#include "resp/reply.hpp"
#include "session/connection_commands.hpp"
#include "session/connection_context.hpp"

namespace troupe::kv {
namespace {

using Lines = std::span<const std::string_view>;

void write_help(Request& request, Lines lines) {
  Reply reply(request);
  constexpr std::size_t kOwnLines = 3;
  reply.array(lines.size() + kOwnLines);
  reply.simple(uppered(request[0]) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  for (const std::string_view line : lines) reply.simple(line);
  reply.simple("HELP");
  reply.simple("    Print this help.");
}

}  // namespace

void run_client_help(ConnectionContext&, Request& request) {
  static constexpr std::array<std::string_view, 16> kLines = {
      "GETNAME",
      "    Return the name of this connection.",
      "ID",
      "    Return the id of this connection.",
      "INFO",
      "    Return what is known about this connection.",
      "LIST [TYPE (NORMAL|MASTER|REPLICA|PUBSUB) | ID <id> [<id> ...]]",
      "    Return what is known about the connections, a line for each.",
      "NO-EVICT (ON|OFF)",
      "    Ask that this connection be spared when memory is short.",
      "SETINFO (LIB-NAME|LIB-VER) <value>",
      "    Tell which library the client uses.",
      "SETNAME <name>",
      "    Give this connection a name.",
      "",
      "    Names and values hold no blanks and no special characters.",
  };
  write_help(request, kLines);
}

void run_command_help(ConnectionContext&, Request& request) {
  static constexpr std::array<std::string_view, 16> kLines = {
      "(no subcommand)",
      "    Return what is known about all commands.",
      "COUNT",
      "    Return how many commands there are.",
      "DOCS [<command-name> ...]",
      "    Return documentation; there is none to return.",
      "GETKEYS <full-command>",
      "    Return the keys of a full command.",
      "GETKEYSANDFLAGS <full-command>",
      "    Return the keys of a full command, and what it does with them.",
      "INFO [<command-name> ...]",
      "    Return what is known about these commands.",
      "LIST [FILTERBY (MODULE <name>|ACLCAT <category>|PATTERN <pattern>)]",
      "    Return the names of commands.",
      "",
      "    A subcommand is named like 'config|get'.",
  };
  write_help(request, kLines);
}

void run_config_help(ConnectionContext&, Request& request) {
  static constexpr std::array<std::string_view, 8> kLines = {
      "GET <pattern> [<pattern> ...]",
      "    Return parameters that match, and their values.",
      "RESETSTAT",
      "    Begin the counts of INFO anew.",
      "REWRITE",
      "    Refused: there is no configuration file.",
      "SET <directive> <value> [<directive> <value> ...]",
      "    Change parameters, all of them or none.",
  };
  write_help(request, kLines);
}

void run_pubsub_help(ConnectionContext&, Request& request) {
  static constexpr std::array<std::string_view, 6> kLines = {
      "CHANNELS [<pattern>]",
      "    Return the channels that have subscribers, or those of them that match.",
      "NUMPAT",
      "    Return how many patterns are subscribed to.",
      "NUMSUB [<channel> ...]",
      "    Return how many subscribers these channels have, those by pattern not counted.",
  };
  write_help(request, kLines);
}

void run_troupe_help(ConnectionContext& context, Request& request) {
  if (!context.settings.debug_commands) return Reply(request).error(errors::kTroupeNotAllowed);
  static constexpr std::array<std::string_view, 6> kLines = {
      "CRASH <path>", "    Have the actor at this path fail at its next request.",
      "RESTARTS",     "    Return how often the parts of the server were restarted, and why at last.",
      "TREE",         "    Return what is known about the actors, a line for each.",
  };
  write_help(request, kLines);
}

}  // namespace troupe::kv

// COMMAND, COMMAND COUNT, INFO, LIST, DOCS, GETKEYS, GETKEYSANDFLAGS.
#include <array>
#include <vector>

#include "commands/command_table.hpp"
#include "commands/errors.hpp"
#include "commands/set_options.hpp"
#include "resp/case_fold.hpp"
#include "resp/reply.hpp"
#include "session/command_description.hpp"
#include "session/connection_commands.hpp"
#include "session/connection_context.hpp"
#include "store/glob.hpp"

namespace troupe::kv {
namespace {

constexpr std::size_t kFirstArgument = 2;

// Writes the error itself. The arguments of `request` from the third on are a request of their own.
const Command* command_with_keys(const Request& request, Reply& reply) {
  const Command* command = find_command(request[kFirstArgument]);
  if (command != nullptr && !command->subcommands.empty()) {
    command = find_subcommand(*command, request[kFirstArgument + 1]);
  }
  const std::size_t arguments = request.size() - kFirstArgument;
  if (command == nullptr) {
    reply.error("Invalid command specified");
  } else if (command->keys.first == 0) {
    reply.error("The command has no key arguments");
  } else if (!command->accepts(arguments)) {
    reply.error("Invalid number of arguments specified for command");
  } else {
    return command;
  }
  return nullptr;
}

std::vector<std::string_view> keys_of(const Command& command, const Request& request) {
  std::vector<std::string_view> keys;
  const std::size_t end = command.keys_end(request.size() - kFirstArgument);
  for (auto i = static_cast<std::size_t>(command.keys.first); i < end;
       i += static_cast<std::size_t>(command.keys.step)) {
    keys.push_back(request[kFirstArgument + i]);
  }
  return keys;
}

// SET only looks at the old value if it is asked to.
std::uint32_t access_of(const Command& command, const Request& request) {
  if ((command.access & access::variable) == 0) return command.access;
  for (std::size_t i = kFirstArgument + 3; i < request.size(); ++i) {
    if (equals_folded(request[i], "get"))
      return command.access & ~static_cast<std::uint32_t>(access::variable);
  }
  return access::overwrite | access::update;
}

// A filter of COMMAND LIST; nullopt is a syntax error.
class Filter {
 public:
  static std::optional<Filter> read(const Request& request) {
    constexpr std::size_t kWithFilter = 5;
    if (request.size() == kFirstArgument) return Filter(Kind::none, {});
    if (request.size() != kWithFilter || !equals_folded(request[2], "filterby")) return std::nullopt;
    if (equals_folded(request[3], "module")) return Filter(Kind::module, request[4]);
    if (equals_folded(request[3], "aclcat")) return Filter(Kind::category, request[4]);
    if (equals_folded(request[3], "pattern")) return Filter(Kind::pattern, request[4]);
    return std::nullopt;
  }

  [[nodiscard]] bool passes(const Command& command) const {
    switch (kind_) {
      case Kind::none:
        return true;
      case Kind::module:
        return false;
      case Kind::category:
        return (command.categories & category_by_name(value_)) != 0;
      case Kind::pattern:
        return matches_glob(value_, command.name, Case::folded);
    }
    return false;
  }

 private:
  enum class Kind : std::uint8_t { none, module, category, pattern };
  Filter(Kind kind, std::string_view value) : kind_(kind), value_(value) {}
  Kind kind_;
  std::string_view value_;
};

}  // namespace

void run_command(ConnectionContext&, Request& request) {
  Reply reply(request);
  reply.array(all_commands().size());
  for (const Command& command : all_commands()) describe(reply, command);
}

void run_command_count(ConnectionContext&, Request& request) {
  Reply(request).integer(static_cast<std::int64_t>(all_commands().size()));
}

void run_command_info(ConnectionContext& context, Request& request) {
  if (request.size() == kFirstArgument) return run_command(context, request);
  Reply reply(request);
  reply.array(request.size() - kFirstArgument);
  for (std::size_t i = kFirstArgument; i < request.size(); ++i) {
    const Command* command = find_command_by_full_name(request[i]);
    command != nullptr ? describe(reply, *command) : reply.null();
  }
}

void run_command_list(ConnectionContext&, Request& request) {
  Reply reply(request);
  const auto filter = Filter::read(request);
  if (!filter) return reply.error(errors::kSyntax);
  std::vector<std::string_view> names;
  for (const Command& command : all_commands()) {
    if (filter->passes(command)) names.push_back(command.name);
    for (const Command& subcommand : command.subcommands) {
      if (filter->passes(subcommand)) names.push_back(subcommand.name);
    }
  }
  reply.array(names.size());
  for (const std::string_view name : names) reply.bulk(name);
}

// There is no documentation to give, and clients take that for an answer.
void run_command_docs(ConnectionContext&, Request& request) { Reply(request).map(0); }

void run_command_getkeys(ConnectionContext&, Request& request) {
  Reply reply(request);
  const Command* command = command_with_keys(request, reply);
  if (command == nullptr) return;
  const auto keys = keys_of(*command, request);
  reply.array(keys.size());
  for (const std::string_view key : keys) reply.bulk(key);
}

void run_command_getkeysandflags(ConnectionContext&, Request& request) {
  Reply reply(request);
  const Command* command = command_with_keys(request, reply);
  if (command == nullptr) return;
  const auto keys = keys_of(*command, request);
  reply.array(keys.size());
  for (const std::string_view key : keys) {
    reply.array(2);
    reply.bulk(key);
    describe_access(reply, access_of(*command, request));
  }
}

}  // namespace troupe::kv

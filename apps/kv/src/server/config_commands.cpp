// CONFIG GET, CONFIG SET, CONFIG REWRITE.
#include <algorithm>
#include <utility>
#include <vector>

#include "commands/errors.hpp"
#include "resp/case_fold.hpp"
#include "resp/reply.hpp"
#include "server/config_parameters.hpp"
#include "server/server_commands.hpp"
#include "store/glob.hpp"

namespace troupe::kv {
namespace {

constexpr std::size_t kFirstArgument = 2;
constexpr std::size_t kArgumentsPerPair = 2;

using Shown = std::pair<std::string_view, const ConfigParameter*>;  // the name to answer with

void add_once(std::vector<Shown>& shown, std::string_view name, const ConfigParameter& parameter) {
  const auto is_same = [&parameter](const Shown& one) { return one.second == &parameter; };
  if (std::ranges::none_of(shown, is_same)) shown.emplace_back(name, &parameter);
}

void write_failure(Reply& reply, std::string_view name, std::string_view why) {
  reply.error("CONFIG SET failed (possibly related to argument '" + std::string(name) + "') - " +
              std::string(why));
}

// Looks at all names before any value is taken. False if it has written an error.
bool check_names(const Request& request, Reply& reply) {
  std::vector<const ConfigParameter*> seen;
  for (std::size_t i = kFirstArgument; i < request.size(); i += kArgumentsPerPair) {
    const ConfigParameter* parameter = find_config_parameter(request[i]);
    if (parameter == nullptr) {
      reply.error("Unknown option or number of arguments for CONFIG SET - '" +
                  std::string(quoted(request[i])) + "'");
      return false;
    }
    const bool is_duplicate = std::ranges::find(seen, parameter) != seen.end();
    if (parameter->change == nullptr || is_duplicate) {
      const auto why = parameter->change == nullptr ? "can't set immutable config" : "duplicate parameter";
      write_failure(reply, request[i], why);
      return false;
    }
    seen.push_back(parameter);
  }
  return true;
}

}  // namespace

void run_config_get(ServerContext& context, Request& request) {
  std::vector<Shown> shown;
  for (std::size_t i = kFirstArgument; i < request.size(); ++i) {
    // A plain name is answered in the spelling that it was asked in.
    if (const ConfigParameter* parameter = find_config_parameter(request[i])) {
      add_once(shown, request[i], *parameter);
      continue;
    }
    for (const ConfigParameter& parameter : config_parameters()) {
      if (matches_glob(request[i], parameter.name, Case::folded)) add_once(shown, parameter.name, parameter);
    }
  }
  Reply reply(request);
  reply.map(shown.size());
  for (const auto& [name, parameter] : shown) {
    reply.bulk(name);
    reply.bulk(parameter->show(context.settings));
  }
}

// All or nothing: the values go into a copy, which takes effect if every one of them was good.
void run_config_set(ServerContext& context, Request& request) {
  Reply reply(request);
  if ((request.size() - kFirstArgument) % kArgumentsPerPair != 0) return reply.error(errors::kSyntax);
  if (!check_names(request, reply)) return;
  Settings changed = context.settings;
  for (std::size_t i = kFirstArgument; i < request.size(); i += kArgumentsPerPair) {
    const std::string wrong = find_config_parameter(request[i])->change(changed, request[i + 1]);
    if (!wrong.empty()) return write_failure(reply, request[i], wrong);
  }
  context.settings = std::move(changed);
  context.settings_changed = true;
  reply.ok();
}

void run_config_rewrite(ServerContext&, Request& request) {
  Reply(request).error("The server is running without a config file");
}

}  // namespace troupe::kv

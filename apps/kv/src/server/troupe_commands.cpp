// TROUPE TREE, TROUPE CRASH, TROUPE RESTARTS: how the actors do, and what happens when one of them fails.
#include <string>

#include "commands/errors.hpp"
#include "resp/reply.hpp"
#include "server/actors_view.hpp"
#include "server/server_commands.hpp"

namespace troupe::kv {
namespace {

constexpr std::size_t kPathAt = 2;

// Null if it has refused. A client that may do everything else shall not be able to crash the server by
// default.
ActorsView* actors_of(const ServerContext& context, Request& request) {
  if (context.settings.debug_commands && context.actors != nullptr) return context.actors;
  Reply(request).error(errors::kTroupeNotAllowed);
  return nullptr;
}

// The cause is last, since it is the one that may have blanks.
std::string line_of(const ActorFacts& actor) {
  std::string line = actor.path;
  line.append(" class=").append(actor.actor);
  line.append(" state=").append(actor.state);
  line.append(" mailbox=").append(std::to_string(actor.mailbox_depth));
  line.append(" handled=").append(std::to_string(actor.handled));
  line.append(" restarts=").append(std::to_string(actor.restarts));
  line.append(" last-cause=").append(actor.last_cause);
  return line;
}

}  // namespace

void run_troupe_tree(ServerContext& context, Request& request) {
  const ActorsView* actors = actors_of(context, request);
  if (actors == nullptr) return;
  const auto all = actors->tree();
  Reply reply(request);
  reply.array(all.size());
  for (const ActorFacts& actor : all) reply.bulk(line_of(actor));
}

void run_troupe_restarts(ServerContext& context, Request& request) {
  const ActorsView* actors = actors_of(context, request);
  if (actors == nullptr) return;
  constexpr std::size_t kColumns = 3;
  const auto restartable = actors->restartable();
  Reply reply(request);
  reply.array(restartable.size());
  for (const ActorFacts& actor : restartable) {
    reply.array(kColumns);
    reply.bulk(actor.path);
    reply.integer(actor.restarts);
    reply.bulk(actor.last_cause);
  }
}

void run_troupe_crash(ServerContext& context, Request& request) {
  ActorsView* actors = actors_of(context, request);
  if (actors == nullptr) return;
  if (actors->crash(request[kPathAt])) return Reply(request).ok();
  Reply(request).error("no actor that could crash at '" + std::string(quoted(request[kPathAt])) +
                       "'. TROUPE TREE lists the paths.");
}

}  // namespace troupe::kv

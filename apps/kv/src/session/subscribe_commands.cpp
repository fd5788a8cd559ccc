// SUBSCRIBE, PSUBSCRIBE, UNSUBSCRIBE, PUNSUBSCRIBE: each name is confirmed with the count of what is listened
// to then.
#include <vector>

#include "resp/reply.hpp"
#include "session/connection_commands.hpp"
#include "session/connection_context.hpp"

namespace troupe::kv {
namespace {

using Kind = SubscriptionChange::Kind;

auto& names_of(Session& session, Kind kind) {
  return kind == Kind::channel ? session.channels : session.patterns;
}

void begin_confirmation(Reply& reply, std::string_view what) {
  reply.push(3);
  reply.bulk(what);
}

void write_count(Reply& reply, const Session& session) {
  reply.integer(static_cast<std::int64_t>(session.channels.size() + session.patterns.size()));
}

void add(ConnectionContext& context, Request& request, Kind kind, std::string_view what) {
  Reply reply(request);
  auto& names = names_of(context.session, kind);
  for (std::size_t i = 1; i < request.size(); ++i) {
    if (names.emplace(request[i]).second) {
      context.subscription_changes.push_back({true, kind, std::string(request[i])});
    }
    begin_confirmation(reply, what);
    reply.bulk(request[i]);
    write_count(reply, context.session);
  }
}

void remove_one(ConnectionContext& context, Reply& reply, Kind kind, std::string_view what,
                std::string_view name) {
  auto& names = names_of(context.session, kind);
  begin_confirmation(reply, what);
  reply.bulk(name);
  if (const auto found = names.find(name); found != names.end()) {
    context.subscription_changes.push_back({false, kind, *found});
    names.erase(found);
  }
  write_count(reply, context.session);
}

void remove(ConnectionContext& context, Request& request, Kind kind, std::string_view what) {
  Reply reply(request);
  if (request.size() > 1) {
    for (std::size_t i = 1; i < request.size(); ++i) remove_one(context, reply, kind, what, request[i]);
    return;
  }
  // Without names: all of them, and a confirmation even if there are none.
  const auto& names = names_of(context.session, kind);
  const std::vector<std::string> all(names.begin(), names.end());
  for (const std::string& name : all) remove_one(context, reply, kind, what, name);
  if (!all.empty()) return;
  begin_confirmation(reply, what);
  reply.null();
  write_count(reply, context.session);
}

}  // namespace

void run_subscribe(ConnectionContext& context, Request& request) {
  add(context, request, Kind::channel, "subscribe");
}

void run_psubscribe(ConnectionContext& context, Request& request) {
  add(context, request, Kind::pattern, "psubscribe");
}

void run_unsubscribe(ConnectionContext& context, Request& request) {
  remove(context, request, Kind::channel, "unsubscribe");
}

void run_punsubscribe(ConnectionContext& context, Request& request) {
  remove(context, request, Kind::pattern, "punsubscribe");
}

}  // namespace troupe::kv

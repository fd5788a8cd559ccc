// PING, ECHO, SELECT, TIME, QUIT, RESET, SHUTDOWN.
#include "commands/errors.hpp"
#include "resp/case_fold.hpp"
#include "resp/integers.hpp"
#include "resp/reply.hpp"
#include "session/connection_commands.hpp"
#include "session/connection_context.hpp"

namespace troupe::kv {
namespace {

void forget_subscriptions(ConnectionContext& context) {
  using Kind = SubscriptionChange::Kind;
  for (const auto& name : context.session.channels) {
    context.subscription_changes.push_back({false, Kind::channel, name});
  }
  for (const auto& name : context.session.patterns) {
    context.subscription_changes.push_back({false, Kind::pattern, name});
  }
  context.session.channels.clear();
  context.session.patterns.clear();
}

}  // namespace

void run_ping(ConnectionContext& context, Request& request) {
  Reply reply(request);
  constexpr std::size_t kMost = 2;
  if (request.size() > kMost) return reply.error("wrong number of arguments for 'ping' command");
  const std::string_view text = request.size() == kMost ? request[1] : std::string_view();
  // A RESP2 client that listens can only tell arrays from messages.
  if (context.session.subscribed() && !reply.is_resp3()) {
    reply.array(2);
    reply.bulk("pong");
    return reply.bulk(text);
  }
  request.size() == kMost ? reply.bulk(text) : reply.simple("PONG");
}

void run_echo(ConnectionContext&, Request& request) { Reply(request).bulk(request[1]); }

void run_select(ConnectionContext& context, Request& request) {
  const auto index = parse_integer(request[1]);
  if (!index) return Reply(request).error(errors::kNotAnInteger);
  if (*index != static_cast<std::int32_t>(*index)) {
    return Reply(request).error("value is out of range, value must between -2147483648 and 2147483647");
  }
  if (*index < 0 || *index >= context.settings.databases)
    return Reply(request).error("DB index is out of range");
  context.session.database = static_cast<std::uint32_t>(*index);
  Reply(request).ok();
}

void run_time(ConnectionContext& context, Request& request) {
  constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
  const std::int64_t us = context.now.time_since_epoch().count();
  Reply reply(request);
  reply.array(2);
  reply.bulk_integer(us / kMicrosecondsPerSecond);
  reply.bulk_integer(us % kMicrosecondsPerSecond);
}

void run_quit(ConnectionContext& context, Request& request) {
  Reply(request).ok();
  context.close = true;
}

// The connection becomes what it was when it was made.
void run_reset(ConnectionContext& context, Request& request) {
  forget_subscriptions(context);
  Session& session = context.session;
  session.authenticated = context.settings.password.empty();
  session.protocol = Protocol::resp2;
  session.database = 0;
  session.name.clear();
  session.no_evict = false;
  Reply(request).simple("RESET");
}

// If all is well there is no answer: the connection just ends with the server.
void run_shutdown(ConnectionContext& context, Request& request) {
  bool save = false;
  bool nosave = false;
  bool abort = false;
  bool other = false;
  for (std::size_t i = 1; i < request.size(); ++i) {
    save |= equals_folded(request[i], "save");
    nosave |= equals_folded(request[i], "nosave");
    abort |= equals_folded(request[i], "abort");
    other |= equals_folded(request[i], "now") || equals_folded(request[i], "force");
    const bool is_known = equals_folded(request[i], "save") || equals_folded(request[i], "nosave") ||
                          equals_folded(request[i], "abort") || equals_folded(request[i], "now") ||
                          equals_folded(request[i], "force");
    if (!is_known) return Reply(request).error(errors::kSyntax);
  }
  if ((save && nosave) || (abort && (save || nosave || other))) return Reply(request).error(errors::kSyntax);
  if (abort) return Reply(request).error("No shutdown in progress.");
  context.shut_down = true;
}

}  // namespace troupe::kv

// HELLO and AUTH.
#include <optional>

#include "commands/errors.hpp"
#include "resp/case_fold.hpp"
#include "resp/integers.hpp"
#include "resp/reply.hpp"
#include "session/client_name.hpp"
#include "session/connection_commands.hpp"
#include "session/connection_context.hpp"
#include "version.hpp"

namespace troupe::kv {
namespace {

constexpr std::string_view kWrongPassword = "WRONGPASS invalid username-password pair or user is disabled.";
constexpr std::string_view kHelloNeedsAuth =
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> "
    "<pass> option "
    "can be used to authenticate the client and select the RESP protocol version at the same time";
constexpr std::string_view kNoPasswordSet =
    "AUTH <password> called without any password configured for the default user. Are you sure your "
    "configuration is "
    "correct?";

// Takes the same time wherever the two differ.
bool same_secret(std::string_view given, std::string_view secret) noexcept {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char other = secret.empty() ? '\0' : secret[i % secret.size()];
    difference |=
        static_cast<unsigned char>(given[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(other));
  }
  return difference == 0;
}

// There is one user. Without a password he is let in whatever he says.
bool log_in(ConnectionContext& context, std::string_view user, std::string_view password) {
  const bool accepted = user == "default" && (context.settings.password.empty() ||
                                              same_secret(password, context.settings.password));
  if (accepted) context.session.authenticated = true;
  return accepted;
}

// nullopt: it has written the error. Without a version the one in use stays.
std::optional<Protocol> read_version(const Request& request, Protocol in_use, Reply& reply) {
  if (request.size() == 1) return in_use;
  const auto version = parse_integer(request[1]);
  if (!version) {
    reply.error("Protocol version is not an integer or out of range");
    return std::nullopt;
  }
  if (*version != 2 && *version != 3) {
    reply.coded_error("NOPROTO unsupported protocol version");
    return std::nullopt;
  }
  return static_cast<Protocol>(*version);
}

// Options take effect one after the other: what stands before a mistake holds. False: it has written the
// error.
bool take_hello_options(ConnectionContext& context, const Request& request, Reply& reply) {
  for (std::size_t i = 2; i < request.size(); ++i) {
    const std::size_t values = request.size() - 1 - i;
    if (equals_folded(request[i], "auth") && values >= 2) {
      if (!log_in(context, request[i + 1], request[i + 2])) {
        reply.coded_error(kWrongPassword);
        return false;
      }
      i += 2;
    } else if (equals_folded(request[i], "setname") && values >= 1) {
      const std::string_view name = request[++i];
      if (!is_client_name(name)) {
        reply.error(kBadClientName);
        return false;
      }
      context.session.name = name;
    } else {
      reply.error("Syntax error in HELLO option '" + std::string(quoted(request[i])) + "'");
      return false;
    }
  }
  return true;
}

void write_greeting(const Session& session, Reply reply) {
  reply.map(7);
  reply.bulk("server");
  reply.bulk("redis");
  reply.bulk("version");
  reply.bulk(kRedisVersion);
  reply.bulk("proto");
  reply.integer(static_cast<std::int64_t>(session.protocol));
  reply.bulk("id");
  reply.integer(static_cast<std::int64_t>(session.id));
  reply.bulk("mode");
  reply.bulk("standalone");
  reply.bulk("role");
  reply.bulk("master");
  reply.bulk("modules");
  reply.array(0);
}

}  // namespace

void run_hello(ConnectionContext& context, Request& request) {
  Reply reply(request);
  Session& session = context.session;
  const auto version = read_version(request, session.protocol, reply);
  if (!version || !take_hello_options(context, request, reply)) return;
  if (session.must_authenticate(context.settings)) return reply.coded_error(kHelloNeedsAuth);
  session.protocol = *version;
  // The greeting is written in the protocol that it agrees to.
  write_greeting(session, Reply(request.answer, session.protocol));
}

void run_auth(ConnectionContext& context, Request& request) {
  Reply reply(request);
  constexpr std::size_t kWithUser = 3;
  if (request.size() > kWithUser) return reply.error(errors::kSyntax);
  const bool has_user = request.size() == kWithUser;
  if (!has_user && context.settings.password.empty()) return reply.error(kNoPasswordSet);
  const bool accepted = log_in(context, has_user ? request[1] : "default", request[has_user ? 2 : 1]);
  accepted ? reply.ok() : reply.coded_error(kWrongPassword);
}

}  // namespace troupe::kv

// CLIENT GETNAME, SETNAME, SETINFO, ID, INFO, NO-EVICT.
#include "commands/errors.hpp"
#include "resp/case_fold.hpp"
#include "resp/reply.hpp"
#include "session/client_name.hpp"
#include "session/connection_commands.hpp"
#include "session/connection_context.hpp"

namespace troupe::kv {

void run_client_getname(ConnectionContext& context, Request& request) {
  Reply reply(request);
  context.session.name.empty() ? reply.null() : reply.bulk(context.session.name);
}

void run_client_setname(ConnectionContext& context, Request& request) {
  if (!is_client_name(request[2])) return Reply(request).error(kBadClientName);
  context.session.name = request[2];
  Reply(request).ok();
}

void run_client_setinfo(ConnectionContext& context, Request& request) {
  const bool is_name = equals_folded(request[2], "lib-name");
  const bool is_version = equals_folded(request[2], "lib-ver");
  if (!is_name && !is_version) {
    return Reply(request).error("Unrecognized option '" + std::string(quoted(request[2])) + "'");
  }
  if (!is_client_name(request[3])) {
    return Reply(request).error(lowered(request[2]) +
                                " cannot contain spaces, newlines or special characters.");
  }
  (is_name ? context.session.lib_name : context.session.lib_version) = request[3];
  Reply(request).ok();
}

void run_client_id(ConnectionContext& context, Request& request) {
  Reply(request).integer(static_cast<std::int64_t>(context.session.id));
}

void run_client_info(ConnectionContext& context, Request& request) {
  std::string line;
  append_client_line(line, context.session.info(context.now));
  Reply(request).verbatim("txt", line);
}

// Nothing is ever evicted here, so the wish is kept, shown and granted.
void run_client_no_evict(ConnectionContext& context, Request& request) {
  const bool on = equals_folded(request[2], "on");
  if (!on && !equals_folded(request[2], "off")) return Reply(request).error(errors::kSyntax);
  context.session.no_evict = on;
  Reply(request).ok();
}

}  // namespace troupe::kv

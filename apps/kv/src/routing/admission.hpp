// The first look at a request: which command it is, and whether this connection may run it now. It is stamped
// with what it needs to know of the session, so that it can travel on its own.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>

#include "resp/request.hpp"
#include "server/settings.hpp"
#include "session/session.hpp"

namespace troupe::kv {

enum class Admission : std::uint8_t {
  admitted,  // request.command is set
  refused,   // the error has been written into the request
  hostile,   // it speaks HTTP: close without an answer
};

// The checks come in Redis's order: existence, number of arguments, authentication, subscriber mode.
[[nodiscard]] Admission admit(const Session& session, const Settings& settings, Request& request);

}  // namespace troupe::kv

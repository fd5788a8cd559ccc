// A published message in the form in which a subscriber reads it.
// Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "resp/reply.hpp"

namespace troupe::kv {

inline void write_message(Reply reply, std::string_view channel, std::string_view payload) {
  reply.push(3);
  reply.bulk("message");
  reply.bulk(channel);
  reply.bulk(payload);
}

inline void write_pattern_message(Reply reply, std::string_view pattern, std::string_view channel,
                                  std::string_view payload) {
  reply.push(4);
  reply.bulk("pmessage");
  reply.bulk(pattern);
  reply.bulk(channel);
  reply.bulk(payload);
}

}  // namespace troupe::kv

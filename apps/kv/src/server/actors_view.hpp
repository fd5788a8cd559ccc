// The actors of the running server, as the TROUPE commands see them.
// Thread-safety: as its owner's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::kv {

struct ActorFacts {
  std::string path;
  std::string_view actor;  // its class
  std::string_view state;
  std::size_t mailbox_depth = 0;
  std::uint64_t handled = 0;  // messages so far
  std::uint32_t restarts = 0;
  std::string last_cause = {};  // of a crash; empty: there was none
};

class ActorsView {
 public:
  virtual std::vector<ActorFacts> tree() const = 0;
  virtual std::vector<ActorFacts> restartable() const = 0;
  // Has the actor fail at its next request. False: there is none at this path that could.
  virtual bool crash(std::string_view path) = 0;

 protected:
  ~ActorsView() = default;
};

}  // namespace troupe::kv

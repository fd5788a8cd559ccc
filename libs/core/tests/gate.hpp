// A gate: who asks it waits until it is opened. For turns that are to await something of the test's choice.
#pragma once

#include <utility>
#include <vector>

#include "support.hpp"

namespace troupe_test {

struct Hold {};
struct Open {};

struct Gate {
  Signal* waiting;  ///< set when somebody waits
  std::vector<troupe::Reply<void>> held;
  explicit Gate(Signal* signal) : waiting(signal) {}
  void on(Hold, troupe::Reply<void> reply) {
    held.push_back(std::move(reply));
    waiting->set();
  }
  void on(Open) {
    for (auto& reply : held) reply.answer();
    held.clear();
  }
};

}  // namespace troupe_test

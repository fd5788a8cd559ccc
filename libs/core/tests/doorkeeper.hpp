// A doorkeeper: who asks it waits until it opens. For turns that are to await something of the test's choice.
#pragma once

#include <utility>
#include <vector>

#include "support.hpp"

namespace troupe_test {

struct Doorkeeper {
  struct Hold {};
  struct Open {};

  Signal* waiting;  ///< set when somebody waits
  std::vector<troupe::Reply<void>> held;
  explicit Doorkeeper(Signal* signal) : waiting(signal) {}
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
